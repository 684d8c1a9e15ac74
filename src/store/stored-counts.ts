import { columnsOf, type CountedRows, type Entity, type InstantRange } from '#contract';
import type { Database, Query } from './database.ts';
import { TABLES } from './tables.ts';

/** The rows of one connection that a source's count is compared with. */
export interface StoredPlace {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly stream: string;
  readonly entity: Entity;
  readonly rows: CountedRows;
}

/** Columns that every fact has, by which rows may be told apart in time. */
const COMMON = ['source_created_at'];

/** Rows that the warehouse holds of each range, deleted ones left out. Ranges that follow one another are counted in one pass. */
export async function countStored(db: Database, place: StoredPlace, ranges: readonly InstantRange[]): Promise<number[]> {
  const apart = ranges.every(({ from }, i) => i === 0 || Date.parse(from) >= Date.parse(ranges[i - 1]!.until));
  return db.transaction(place.tenantId, async ({ query }) => {
    if (apart) return countApart(query, place, ranges);
    const counts: number[] = [];
    for (const range of ranges) counts.push(...(await countApart(query, place, [range])));
    return counts;
  });
}

async function countApart(query: Query, place: StoredPlace, ranges: readonly InstantRange[]): Promise<number[]> {
  if (ranges.length === 0) return [];
  const { tenantId, connectionId, entity, rows } = place;
  const { table } = TABLES[entity];
  if (!COMMON.includes(rows.at) && !columnsOf(entity).some(({ name }) => name === rows.at))
    throw new Error(`${table} has no column ${rows.at}`);
  const found = await query<{ i: number; n: number }>(
    `select width_bucket(t.${rows.at}, $3::timestamptz[]) as i, count(*)::float8 as n from ${table} t
     where t.tenant_id = $1 and t.connection_id = $2 and t.deleted_at is null
       and t.${rows.at} >= $5::timestamptz and t.${rows.at} < $6::timestamptz and ($7::text is null or t.source_id ~ $7)
       and t.${rows.at} < ($4::timestamptz[])[width_bucket(t.${rows.at}, $3::timestamptz[])]
     group by 1`,
    [
      tenantId,
      connectionId,
      ranges.map(({ from }) => from),
      ranges.map(({ until }) => until),
      ranges[0]!.from,
      ranges.at(-1)!.until,
      rows.ids ?? null,
    ],
  );
  const counts = new Map(found.rows.map(({ i, n }) => [i, n]));
  return ranges.map((_, i) => counts.get(i + 1) ?? 0);
}

const REFUSED = `select count(distinct coalesce(q.source_id, q.id::text))::int as n
  from ops.quarantine q join ops.runs r on r.tenant_id = q.tenant_id and r.id = q.run_id
  where q.tenant_id = $1 and q.connection_id = $2 and q.stream = $3 and q.entity = $4 and q.state = 'open' and r.lane = $5`;

/** Records of a lane that were refused and wait for a person: they are known, though no row. */
export async function countRefused(db: Database, place: StoredPlace, lane: string): Promise<number> {
  const { tenantId, connectionId, stream, entity } = place;
  return (await db.query<{ n: number }>(REFUSED, [tenantId, connectionId, stream, entity, lane])).rows[0]!.n;
}
