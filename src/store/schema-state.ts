import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Database } from './database.ts';

const FOLDER = resolve(import.meta.dirname, '../../migrations');
const MISSING = 'select count(*)::int as n from unnest($1::text[]) as w(name) where w.name not in (select ops.applied_migrations())';
const UNDEFINED_FUNCTION = '42883';
const UNDEFINED_SCHEMA = '3F000';

/** Whether the database has every migration of this release (and perhaps newer ones). @throws when it cannot be asked */
export async function schemaState(db: Database): Promise<'current' | 'behind'> {
  const wanted = (await readdir(FOLDER)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).map((name) => name.slice(0, -4));
  try {
    return (await db.query<{ n: number }>(MISSING, [wanted])).rows[0]!.n === 0 ? 'current' : 'behind';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === UNDEFINED_FUNCTION || code === UNDEFINED_SCHEMA) return 'behind';
    throw error;
  }
}
