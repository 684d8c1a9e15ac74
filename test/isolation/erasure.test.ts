import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseTenant } from '../../src/jobs/erase-tenant.ts';
import { Database } from '../../src/store/database.ts';
import { everyTable, whereFound } from '../support/every-table.ts';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
let db: Database;
beforeAll(async () => {
  two = await TwoTenants.open();
  db = new Database({ url: two.database.url('kpi_writer') });
});
afterAll(async () => {
  await db.close();
  await two.close();
});

test('a company with a row in every table is erased from every table, and the other keeps every row', async () => {
  const { a, b } = two;
  const before = await everyTable(two.database.adminUrl);
  const linesOf = (contents: ReadonlyMap<string, string>, tenantId: string) =>
    [...contents].map(
      ([table, text]) =>
        [
          table,
          text
            .split('\n')
            .filter((line) => line.includes(tenantId))
            .toSorted(),
        ] as const,
    );
  // Tables a later release adds are filled by the seeder too.
  expect(linesOf(before, a.tenantId).filter(([, lines]) => lines.length > 0).length).toBeGreaterThan(60);
  await eraseTenant(
    {
      db,
      queueUrl: two.database.url('kpi_queue'),
      directUrl: two.database.adminUrl,
      leaveMetabase: null,
      forgetSecret: () => Promise.resolve(true),
    },
    a.tenantId,
    { author: { who: 'ana', reason: 'x' }, rut: '76042235-5' },
  );
  const after = await everyTable(two.database.adminUrl);
  expect(whereFound(after, [a.tenantId, a.role]).toSorted()).toEqual([`${a.tenantId} in ops.audit`, `${a.tenantId} in public.tenants`]);
  expect(linesOf(after, b.tenantId)).toEqual(linesOf(before, b.tenantId));
});
