import type { Entity } from '#contract';
import type { Query } from './database.ts';
import { parentColumn, TABLES } from './tables.ts';
import type { Missing } from './tombstones.ts';

/** Rows of records that their source has deleted, as a look at each has said, and the rows that are part of them. */
export interface GoneRecords {
  readonly rows: readonly { readonly entity: Entity; readonly ids: readonly string[] }[];
  /** By entity, the entities that refer to it as a part. */
  readonly parts: Readonly<Partial<Record<Entity, readonly Entity[]>>>;
  /** Drawn before the look. A row read later is left alone, and so are its parts. */
  readonly readSeq: bigint;
}

/** What of them is still there to be tombstoned, parts after the rows they belong to. */
export async function missingWith(query: Query, tenantId: string, gone: GoneRecords): Promise<Missing[]> {
  const found: Missing[] = [];
  for (const { entity, ids } of gone.rows) {
    const live = `select id from ${TABLES[entity].table} where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null and read_seq < $3`;
    const rows = (await query<{ id: string }>(live, [tenantId, ids, String(gone.readSeq)])).rows.map(({ id }) => id);
    await add(query, tenantId, gone, entity, rows, found);
  }
  return found;
}

async function add(query: Query, tenantId: string, gone: GoneRecords, entity: Entity, ids: string[], found: Missing[]): Promise<void> {
  if (ids.length === 0) return;
  found.push({ entity, ids, readSeq: gone.readSeq });
  for (const part of gone.parts[entity] ?? []) {
    const column = parentColumn(entity, part);
    if (column === null) throw new Error(`${part} has no reference to ${entity}: it cannot be a part of it`);
    // `offset 0`: a probe of the index for each, whatever the planner believes.
    const rows = await query<{ id: string }>(
      `select c.id from unnest($2::uuid[]) as p(id) cross join lateral (
         select x.id from ${TABLES[part].table} x
         where x.tenant_id = $1 and x.${column} = p.id and x.deleted_at is null and x.read_seq < $3 offset 0) c`,
      [tenantId, ids, String(gone.readSeq)],
    );
    const parts = rows.rows.map(({ id }) => id);
    await add(query, tenantId, gone, part, parts, found);
  }
}

/** Entities of the rows and of all that may be part of them. */
export function entitiesOfGone({ rows, parts }: GoneRecords): Entity[] {
  return [...new Set([...rows.map(({ entity }) => entity), ...Object.values(parts).flat()])];
}
