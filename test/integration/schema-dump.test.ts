import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dumpSchema } from '../../src/store/dump-schema.ts';
import { testDatabase } from '../support/database.ts';

test('migrations/schema.sql is what the migrations make (npm run schema:dump writes it)', async () => {
  const db = await testDatabase();
  const committed = await readFile(join(import.meta.dirname, '../../migrations/schema.sql'), 'utf8');
  expect(await dumpSchema(db.adminUrl)).toBe(committed);
  await db.close();
});
