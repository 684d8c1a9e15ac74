import type { Entity, Row } from '#contract';
import type { Query } from './database.ts';
import { parentColumn, TABLES } from './tables.ts';

/** A set of rows that must be gone: children that a complete parent lacks, or rows that a complete snapshot lacks. */
export interface Missing {
  readonly entity: Entity;
  readonly ids: readonly string[];
  readonly readSeq: bigint;
}

/**
 * Children of complete parents that the page no longer carries. Only looked for here, without a lock: mostly there are none, and then
 * nothing is written. A child read later than the parent's page is left alone.
 */
export async function missingChildren(
  query: Query,
  tenantId: string,
  parents: readonly Row[],
  present: (entity: Entity) => readonly string[],
): Promise<Missing[]> {
  const found: Missing[] = [];
  const kinds = new Map<string, { parent: Entity; child: Entity; rows: Row[] }>();
  for (const row of parents) {
    for (const child of row.complete) {
      const key = `${row.entity}/${child}`;
      const kind = kinds.get(key) ?? { parent: row.entity, child, rows: [] };
      kind.rows.push(row);
      kinds.set(key, kind);
    }
  }
  for (const { parent, child, rows } of kinds.values()) {
    const column = parentColumn(parent, child);
    if (column === null) throw new Error(`${child} has no reference to ${parent}: a page cannot be complete for it`);
    const answer = await query<{ id: string; read_seq: string }>(
      `select c.id, p.read_seq::text as read_seq from unnest($2::uuid[], $3::bigint[]) as p(id, read_seq)
       cross join lateral (
         select x.id from ${TABLES[child].table} x
         where x.tenant_id = $1 and x.${column} = p.id and x.deleted_at is null and x.read_seq < p.read_seq offset 0) c
       where not exists (select 1 from unnest($4::uuid[]) as k(id) where k.id = c.id)`,
      [tenantId, rows.map((r) => r.id), rows.map((r) => String(r.readSeq)), present(child)],
    );
    const byRead = Map.groupBy(answer.rows, (row) => row.read_seq);
    for (const [readSeq, gone] of byRead) found.push({ entity: child, ids: gone.map((row) => row.id), readSeq: BigInt(readSeq) });
  }
  return found;
}

/** Rows of the connection that a complete snapshot lacks. */
export async function missingFromSnapshot(
  query: Query,
  tenantId: string,
  connectionId: string,
  entity: Entity,
  present: readonly string[],
  readSeq: bigint,
): Promise<Missing[]> {
  const answer = await query<{ id: string }>(
    `select t.id from ${TABLES[entity].table} t
     where t.tenant_id = $1 and t.connection_id = $2 and t.deleted_at is null and t.read_seq < $3
       and not exists (select 1 from unnest($4::uuid[]) as k(id) where k.id = t.id)`,
    [tenantId, connectionId, String(readSeq), present],
  );
  return answer.rows.length === 0 ? [] : [{ entity, ids: answer.rows.map((r) => r.id), readSeq }];
}

/** Marks the rows as deleted, keeping them; a returning row always differs because its hash is gone. Returns ids, local days, what they touch. */
export async function tombstone(
  query: Query,
  tenantId: string,
  missing: Missing,
): Promise<{ ids: string[]; days: string[]; touched: (string | null)[] }> {
  const { table, derived, touches } = TABLES[missing.entity];
  const day = 'business_day' in derived ? 'business_day::text' : 'null::text';
  const touched = touches === undefined ? 'null' : `t.${touches}`;
  const answer = await query<{ id: string; day: string | null; touched: string | null }>(
    `update ${table} t set deleted_at = now(), row_hash = null, read_seq = $3, synced_at = now(), revision = revision + 1
     where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null and read_seq < $3
     returning id, ${day} as day, ${touched}::text as touched`,
    [tenantId, missing.ids, String(missing.readSeq)],
  );
  const { rows } = answer;
  return {
    ids: rows.map((r) => r.id),
    days: rows.flatMap((r) => (r.day === null ? [] : [r.day])),
    touched: rows.map((r) => r.touched),
  };
}
