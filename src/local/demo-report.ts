import type { ExpectedRow } from '../sandbox/world/model.ts';
import type { Database } from '../store/database.ts';
import { diffTable, type WorldDifference } from './world-diff.ts';

const MOST_LISTED = 100;

export interface WorldDiff {
  readonly listed: WorldDifference[];
  readonly count: number;
  readonly compared: number;
}

/** Compares the warehouse with the world, row by row and cell by cell, both ways. */
export async function diffWorld(
  db: Database,
  expected: AsyncGenerator<ExpectedRow>,
  tenantOf: (rut: string) => string | undefined,
): Promise<WorldDiff> {
  const groups = new Map<string, { tenantId: string; table: string; rows: ExpectedRow[] }>();
  let compared = 0;
  for await (const row of expected) {
    const tenantId = tenantOf(row.rut);
    if (tenantId === undefined) throw new Error(`the world speaks of a company the warehouse does not have: ${row.rut}`);
    const key = `${tenantId}/${row.table}`;
    const group = groups.get(key) ?? { tenantId, table: row.table, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
    compared += 1;
  }
  const listed: WorldDifference[] = [];
  let count = 0;
  for (const { tenantId, table, rows } of groups.values()) {
    const found = await diffTable(db, tenantId, table, rows);
    count += found.length;
    listed.push(...found.slice(0, Math.max(0, MOST_LISTED - listed.length)));
  }
  return { listed, count, compared };
}

const TABLES = `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'kpi') and c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'select') order by 1`;
const RUNS = `select r.tenant_id, r.source, r.stream, coalesce(sum(k.read), 0)::float8 as rows, max(r.seconds)::float8 as seconds
  from (
    select tenant_id, connection_id, source, stream, sum(extract(epoch from ended_at - started_at)) as seconds
    from ops.runs where started_at >= $1 and lane = 'live' group by 1, 2, 3, 4
  ) r
  left join (
    select x.tenant_id, x.connection_id, x.stream, sum(c.read) as read
    from ops.runs x join ops.run_counts c on c.tenant_id = x.tenant_id and c.run_id = x.id
    where x.started_at >= $1 and x.lane = 'live' group by 1, 2, 3
  ) k on k.tenant_id = r.tenant_id and k.connection_id = r.connection_id and k.stream = r.stream
  group by r.tenant_id, r.connection_id, r.source, r.stream order by 1, 2, 3`;

/** Rows of every fact and roll-up table, tombstones counted, as the analyst sees them. */
export async function tableSizes(analyst: Database): Promise<Record<string, number>> {
  const names = (await analyst.query<{ name: string }>(TABLES)).rows.map((row) => row.name);
  const sizes: Record<string, number> = {};
  for (const name of names) sizes[name] = (await analyst.query<{ n: number }>(`select count(*)::float8 as n from ${name}`)).rows[0]!.n;
  return sizes;
}

export interface RunSummary {
  readonly tenant_id: string;
  readonly source: string;
  readonly stream: string;
  readonly rows: number;
  readonly seconds: number;
}

/** What was read since an instant: one entry per connection and stream. */
export async function runsSince(db: Database, since: Date): Promise<RunSummary[]> {
  return (await db.query<RunSummary>(RUNS, [since])).rows;
}
