import type { ListedRows, TotalledRows } from '#contract';
import type { Database } from './database.ts';
import { isDated } from './day-totals.ts';
import type { LanePlace } from './lease.ts';
import { TABLES } from './tables.ts';

type Place = Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>;

/** Ids, as the source lists them, of the rows that the warehouse holds of a day. */
export async function idsOfDay(
  db: Database,
  place: Place,
  { entity, ids }: ListedRows,
  rows: TotalledRows,
  day: { readonly day: string; readonly timeZone: string },
): Promise<string[]> {
  const within = isDated(rows)
    ? `r.${rows.at} = $4::date and $5::text is not null`
    : `r.${rows.at} >= $4::date::timestamp at time zone $5::text and r.${rows.at} < ($4::date + 1)::timestamp at time zone $5::text`;
  const text = `select substring(r.source_id from $3) as id from ${TABLES[entity].table} r
    where r.tenant_id = $1 and r.connection_id = $2 and r.deleted_at is null and r.source_id ~ $3 and ${within}`;
  const values = [place.tenantId, place.connectionId, ids, day.day, day.timeZone];
  return db.transaction(place.tenantId, async ({ query }) => (await query<{ id: string }>(text, values)).rows.map(({ id }) => id));
}

/** What the warehouse knows of records that it lacks on their day: refused, tombstoned, or stored under another day. */
export async function whereabouts(
  db: Database,
  place: Place,
  { entity, ids }: ListedRows,
  records: readonly string[],
): Promise<ReadonlyMap<string, 'quarantine' | 'deleted_here' | 'moved'>> {
  const stored = `select substring(r.source_id from $3) as id, case when r.deleted_at is null then 'moved' else 'deleted_here' end as how
    from ${TABLES[entity].table} r
    where r.tenant_id = $1 and r.connection_id = $2 and r.source_id ~ $3 and substring(r.source_id from $3) = any($4::text[])`;
  const refused = `select source_id as id, 'quarantine' as how from ops.quarantine
    where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'open' and source_id = any($4::text[])`;
  return db.transaction(place.tenantId, async ({ query }) => {
    type Found = { id: string; how: 'quarantine' | 'deleted_here' | 'moved' };
    const rows = (await query<Found>(stored, [place.tenantId, place.connectionId, ids, records])).rows;
    const waiting = (await query<Found>(refused, [place.tenantId, place.connectionId, place.stream, records])).rows;
    return new Map([...rows, ...waiting].map(({ id, how }) => [id, how]));
  });
}
