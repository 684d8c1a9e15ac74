import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Database, Query } from './database.ts';
import { pendingKpiFiles } from './kpi-files.ts';

const FOLDER = resolve(import.meta.dirname, '../../migrations');
const APPLIED = 'select name from ops.applied_migrations() as name';
const QUEUE = "select to_regprocedure('ops.queue_state()') is not null as there";
const UNDEFINED_FUNCTION = '42883';
const UNDEFINED_SCHEMA = '3F000';

/** Whether the database has every migration of this release (and perhaps newer ones). @throws when it cannot be asked */
export async function schemaState(db: Database): Promise<'current' | 'behind'> {
  const { missing } = await compareMigrations((text, values) => db.query(text, values));
  return missing.length === 0 ? 'current' : 'behind';
}

/** Migrations that this release has and the database lacks, and those that it has and this release does not know. */
export async function compareMigrations(query: Query): Promise<{ readonly missing: string[]; readonly unknown: string[] }> {
  const wanted = (await readdir(FOLDER)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).map((name) => name.slice(0, -4));
  const applied = await query<{ name: string }>(APPLIED).catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code === UNDEFINED_FUNCTION || code === UNDEFINED_SCHEMA) return { rows: [] };
    throw error;
  });
  const there = new Set(applied.rows.map(({ name }) => name));
  const known = new Set(wanted);
  return {
    missing: wanted.filter((name) => !there.has(name)).toSorted(),
    unknown: [...there].filter((name) => !known.has(name)).toSorted(),
  };
}

/** Views, and functions beside the queue, that are not as this release has them. @param query the owner's */
export async function outdatedObjects(query: Query): Promise<string[]> {
  const kpi = (await pendingKpiFiles(query, join(FOLDER, 'kpi'))).map((name) => `kpi/${name}`);
  const queue = (await query<{ there: boolean }>(QUEUE)).rows[0]?.there === true;
  return queue ? kpi : [...kpi, 'ops.queue_state'];
}
