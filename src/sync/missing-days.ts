import type { InstantRange } from '#contract';
import { coveredRanges, type CoveredRange } from '../store/covered-ranges.ts';
import type { Database } from '../store/database.ts';
import { localSlices } from '../store/local-slices.ts';
import { compareCounts, daysOf, type CountedStream } from './compare-counts.ts';

/** Days that are compared together first: only where such a piece differs its days are looked at one by one. */
const PIECE_DAYS = 30;
/** A live stream that was read within this long covers today. */
const FRESH_MS = 24 * 3_600_000;

export interface MissingDays {
  /** Whole days, neighbours joined, within the range that was asked for. */
  readonly ranges: readonly InstantRange[];
  /** False where the source cannot be compared: then these are only the days that were never covered. */
  readonly compared: boolean;
}

/** Days of a range that no reading has covered, or of which the source counts otherwise than the warehouse. @throws SourceError */
export async function missingDays(db: Database, of: CountedStream, range: InstantRange, now: Date): Promise<MissingDays> {
  const covered = await coveredRanges(db, { ...of, stream: of.stream.name });
  const days = await localSlices(db, range, of.timeZone, 1);
  const uncovered = days.filter((day) => !isCovered(day, covered, now));
  const differing = await differingDays(db, of, range);
  return { ranges: joined([...uncovered, ...(differing ?? [])], range), compared: differing !== null };
}

async function differingDays(db: Database, of: CountedStream, range: InstantRange): Promise<InstantRange[] | null> {
  const whole = await compareCounts(db, of, [range]);
  if (whole === null) return null;
  // Within what was counted: a source that counts UTC days is compared by those.
  const [{ range: counted, counted: there, stored: here }] = whole as [(typeof whole)[0]];
  const utc = counted.from !== range.from || counted.until !== range.until;
  const pieces = await localSlices(db, counted, utc ? 'UTC' : of.timeZone, PIECE_DAYS);
  const compared = pieces.length === 1 ? [{ range: counted, counted: there, stored: here }] : await compareCounts(db, of, pieces);
  const found: InstantRange[] = [];
  for (const piece of compared ?? []) {
    if (piece.counted === piece.stored) continue;
    const days = await daysOf(db, of, piece.range);
    const differing = (await compareCounts(db, of, days)) ?? [];
    found.push(...differing.filter((day) => day.counted !== day.stored).map((day) => day.range));
  }
  return found;
}

function isCovered(day: InstantRange, covered: readonly CoveredRange[], now: Date): boolean {
  let from = Date.parse(day.from);
  const until = Date.parse(day.until);
  const sorted = covered.toSorted((a, b) => (a.from?.getTime() ?? -Infinity) - (b.from?.getTime() ?? -Infinity));
  for (const lane of sorted) {
    const end = lane.live && now.getTime() - lane.until.getTime() < FRESH_MS ? Infinity : lane.until.getTime();
    if ((lane.from?.getTime() ?? -Infinity) <= from && end > from) from = end;
    if (from >= until) return true;
  }
  return false;
}

/** In order, neighbours as one, nothing beyond the range. */
function joined(days: readonly InstantRange[], range: InstantRange): InstantRange[] {
  const within = days
    .map(({ from, until }) => ({
      from: Math.max(Date.parse(from), Date.parse(range.from)),
      until: Math.min(Date.parse(until), Date.parse(range.until)),
    }))
    .filter(({ from, until }) => from < until)
    .toSorted((a, b) => a.from - b.from);
  const all: { from: number; until: number }[] = [];
  for (const day of within) {
    const last = all.at(-1);
    if (last !== undefined && day.from <= last.until) last.until = Math.max(last.until, day.until);
    else all.push({ ...day });
  }
  return all.map(({ from, until }) => ({ from: new Date(from).toISOString(), until: new Date(until).toISOString() }));
}
