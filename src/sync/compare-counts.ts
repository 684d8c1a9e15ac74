import type { InstantRange, ReadContext, Stream } from '#contract';
import type { Database } from '../store/database.ts';
import { localSlices } from '../store/local-slices.ts';
import { countRefused, countStored, type StoredPlace } from '../store/stored-counts.ts';
import type { DayDifference, SliceCheck } from '../store/backfill-slices.ts';

/** A stream of a connection, with what its connector needs to be asked. */
export interface CountedStream {
  readonly tenantId: string;
  readonly timeZone: string;
  readonly connectionId: string;
  readonly stream: Stream<unknown>;
  readonly context: ReadContext<unknown>;
}

/** What source and warehouse hold of one range. */
export interface Comparison {
  readonly range: InstantRange;
  readonly counted: number;
  readonly stored: number;
}

const UNTOLD: SliceCheck = { counted: null, stored: null, differing: [] };
/** Days of a slice that are looked at one by one when it differs; a longer one is told as a whole. */
const MOST_DAYS = 100;

/**
 * Compares a slice that was read to its end with what its source counts now. Nulls where the source counts nothing, or not to the end; days
 * are named when the two differ.
 * @throws SourceError
 */
export async function checkSlice(db: Database, of: CountedStream, slice: InstantRange, lane: string): Promise<SliceCheck> {
  const [whole] = (await compareCounts(db, of, [slice])) ?? [];
  if (whole === undefined) return UNTOLD;
  const place = storedPlace(of)!;
  const refused = whole.counted === whole.stored ? 0 : await countRefused(db, place, lane);
  const check = { counted: whole.counted, stored: whole.stored + refused };
  if (check.counted === check.stored) return { ...check, differing: [] };
  const days = await daysOf(db, of, whole.range);
  if (days.length > MOST_DAYS) return { ...check, differing: [] };
  const differing = (await compareCounts(db, of, days)) ?? [];
  return {
    ...check,
    differing: differing.filter(({ counted, stored }) => counted !== stored).map((one) => dayDifference(one, of.timeZone)),
  };
}

/** Source and warehouse, range by range; null where they cannot be compared. A source that counts whole days is compared by those. @throws SourceError */
export async function compareCounts(db: Database, of: CountedStream, ranges: readonly InstantRange[]): Promise<Comparison[] | null> {
  const place = storedPlace(of);
  if (place === null) return null;
  const { counts } = await of.stream.counting!.count(of.context, ranges);
  const told = counts.map(({ count, precision, of: wider }, i) => ({
    count,
    range: wider ?? ranges[i]!,
    exact: precision === 'exact' || wider !== undefined,
  }));
  if (!told.every(({ exact }) => exact)) return null;
  const stored = await countStored(
    db,
    place,
    told.map(({ range }) => range),
  );
  return told.map(({ range, count }, i) => ({ range, counted: count, stored: stored[i]! }));
}

/** The local days of a range; UTC days where it begins and ends with those, as a source that counts by them does. */
export function daysOf(db: Database, of: Pick<CountedStream, 'timeZone'>, range: InstantRange): Promise<InstantRange[]> {
  const utc = [range.from, range.until].every((at) => new Date(at).toISOString().endsWith('T00:00:00.000Z'));
  return localSlices(db, range, utc ? 'UTC' : of.timeZone, 1);
}

function dayDifference({ range, counted, stored }: Comparison, timeZone: string): DayDifference {
  const utc =
    new Date(range.from).toISOString().endsWith('T00:00:00.000Z') && new Date(range.until).toISOString().endsWith('T00:00:00.000Z');
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: utc ? 'UTC' : timeZone, dateStyle: 'short' }).format(new Date(range.from));
  return { day, counted, stored };
}

function storedPlace({ tenantId, connectionId, stream }: CountedStream): StoredPlace | null {
  const { counting } = stream;
  return counting === undefined || counting.rows === null
    ? null
    : { tenantId, connectionId, stream: stream.name, entity: counting.entity, rows: counting.rows };
}
