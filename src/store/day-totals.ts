import { columnsOf, type Entity, type TotalledRows } from '#contract';
import type { Database } from './database.ts';
import type { LanePlace } from './lease.ts';
import { sqlFile } from './sql-file.ts';
import { TABLES } from './tables.ts';

/** A day of a zone with the instants that bound it. */
export interface BoundedDay {
  readonly day: string;
  /** UTC instants, half-open. */
  readonly from: Date;
  readonly until: Date;
}

/** What the warehouse holds of a day. */
export interface OurTotal {
  readonly day: string;
  readonly count: number;
  readonly amounts: Readonly<Record<string, string>>;
}

const BOUNDS = sqlFile('day-bounds');
const OURS = sqlFile('our-totals');
const TIMES = ['source_created_at', 'source_updated_at'];

/** Days of a zone, both ends included, in their order. */
export async function dayBounds(db: Database, first: string, last: string, timeZone: string): Promise<BoundedDay[]> {
  return (await db.query<BoundedDay>(BOUNDS, [first, last, timeZone])).rows;
}

/** Whether the rows state a date without time. */
export function isDated({ entities, at }: TotalledRows): boolean {
  return entities.some((entity) => columnsOf(entity).some(({ name, pg }) => name === at && pg === 'date'));
}

type Place = Pick<LanePlace, 'tenantId' | 'connectionId'>;

/** Rows and money of each of these days, deleted ones left out. @throws when a column that the stream names does not exist */
export async function ourTotals(
  db: Database,
  place: Place,
  rows: TotalledRows,
  days: { readonly first: string; readonly last: string; readonly timeZone: string },
): Promise<OurTotal[]> {
  const selected = rows.entities.map((entity) => selectOf(entity, rows)).join(' union all ');
  // By a function: a pattern may hold what a replacement text would mean otherwise.
  const text = OURS.replace('$rows', () => selected);
  const values = [place.tenantId, place.connectionId, days.first, days.last, days.timeZone];
  return db.transaction(place.tenantId, async ({ query }) => (await query<OurTotal>(text, values)).rows);
}

const column = (entity: Entity, name: string): string => {
  if (TIMES.includes(name) || columnsOf(entity).some((one) => one.name === name)) return `r.${name}`;
  throw new Error(`${TABLES[entity].table} has no column ${name}`);
};

const words = (list: readonly string[]) => list.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ');

function selectOf(entity: Entity, rows: TotalledRows): string {
  const { money, without, ids } = rows;
  const at = column(entity, rows.at);
  const day = isDated(rows) ? at : `(${at} at time zone $5::text)::date`;
  // Bounds as instants, so that an index on the time can be used.
  const within = isDated(rows)
    ? `${at} between $3::date and $4::date and $5::text is not null`
    : `${at} >= $3::date::timestamp at time zone $5::text and ${at} < ($4::date + 1)::timestamp at time zone $5::text`;
  const added = (kind: string) =>
    ` + coalesce((select sum(l.amount_source) from ${TABLES.order_line.table} l
      where l.tenant_id = r.tenant_id and l.order_id = r.id and l.deleted_at is null and l.line_kind in (${words([kind])})), 0)`;
  const amount =
    money === undefined ? 'null::numeric' : `${column(entity, money.amount)}${money.lines === undefined ? '' : added(money.lines)}`;
  return `select ${day} as day, ${money === undefined ? 'null::text' : column(entity, money.currency)} as currency, ${amount} as amount
    from ${TABLES[entity].table} r
    where r.tenant_id = $1 and r.connection_id = $2 and r.deleted_at is null and ${within}
    ${ids === undefined ? '' : `and r.source_id ~ ${words([ids])}`}
    ${without === undefined ? '' : `and ${column(entity, without.column)} not in (${words(without.words)})`}`;
}
