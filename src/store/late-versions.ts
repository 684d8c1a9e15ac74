import { columnsOf, type Entity, type Row } from '#contract';
import type { Query } from './database.ts';
import type { EffectsCollector } from './effects.ts';
import { sqlFile } from './sql-file.ts';
import { TABLES } from './tables.ts';

const FIND = sqlFile('late-versions');
const KEEP = sqlFile('keep-late-versions');

/** Versions of one entity that are not stored, because newer ones are. */
export interface OlderVersions {
  readonly entity: Entity;
  readonly rows: readonly Row[];
}

/**
 * Whether versions that are too old to be stored still tell something that the stored rows must keep (`TableSpec.sticky`): a walk meets a
 * run waiting and then ended in one batch, a backfill delivers it waiting after the live lane saw its end.
 */
export async function tellsSomething(query: Query, tenantId: string, older: readonly OlderVersions[]): Promise<boolean> {
  for (const one of older) {
    if ((await late(query, tenantId, one)).length > 0) return true;
  }
  return false;
}

/** Adds it to the stored rows, under the family's lock and after the merge: the result is the same in any order of arrival. */
export async function keepLateVersions(query: Query, older: readonly OlderVersions[], effects: EffectsCollector): Promise<void> {
  const { tenantId, timeZone } = effects.tenant;
  for (const one of older) {
    const found = await late(query, tenantId, one);
    if (found.length === 0) continue;
    const kept = await query<{ day: string }>(statement(KEEP, one), [tenantId, ...arrays(one), timeZone]);
    effects.addIds(
      one.entity,
      found.map((row) => row.id),
    );
    effects.addDays(
      one.entity,
      [...found, ...kept.rows].map((row) => row.day),
    );
  }
}

async function late(query: Query, tenantId: string, older: OlderVersions): Promise<{ id: string; day: string }[]> {
  if (TABLES[older.entity].sticky === undefined || older.rows.length === 0) return [];
  return (await query<{ id: string; day: string }>(statement(FIND, older), [tenantId, ...arrays(older)])).rows;
}

const statement = (text: string, { entity }: OlderVersions) => text.replace('public.$table', TABLES[entity].table);

function arrays({ entity, rows }: OlderVersions): (string | null)[][] {
  const at = (name: string) => columnsOf(entity).findIndex((column) => column.name === name);
  const [created, waited] = [at('created_at'), at('waited')];
  return [rows.map((row) => row.id), rows.map((row) => row.values[created] ?? null), rows.map((row) => row.values[waited] ?? null)];
}
