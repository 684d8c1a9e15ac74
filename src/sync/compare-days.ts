import type { ReadContext, Stream, TotalledRows } from '#contract';
import type { Database } from '../store/database.ts';
import { ourTotals, type BoundedDay } from '../store/day-totals.ts';
import type { LanePlace } from '../store/lease.ts';
import type { VerifiedDay } from '../store/verifications.ts';
import { theirTotals, type AskedDays } from './their-totals.ts';

/** A day as both sides have it. */
export interface ComparedDay extends Pick<VerifiedDay, 'day' | 'ours' | 'theirs' | 'ours_amounts' | 'theirs_amounts'> {
  readonly bounds: BoundedDay;
  readonly agrees: boolean;
}

export interface ComparedDays {
  readonly timeZone: string;
  readonly days: readonly ComparedDay[];
  readonly untold: number;
}

/** Compares counts, and sums where the source adds money up, of each day. @throws SourceError */
export async function compareDays(
  db: Database,
  place: Pick<LanePlace, 'tenantId' | 'connectionId'>,
  { stream, rows, context }: { readonly stream: Stream<unknown>; readonly rows: TotalledRows; readonly context: ReadContext<unknown> },
  asked: AskedDays,
): Promise<ComparedDays> {
  const { timeZone, days, totals, untold } = await theirTotals(db, stream, context, asked);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { timeZone, days: [], untold };
  const stored = await ourTotals(db, place, rows, { first: first.day, last: last.day, timeZone });
  const ours = new Map(stored.map((total) => [total.day, total]));
  const compared = days.map((bounds): ComparedDay => {
    const { day } = bounds;
    const [here, there] = [ours.get(day), totals.get(day)];
    // A day that the source leaves out has no record and no money.
    const money = rows.money === undefined ? null : { ours: here?.amounts ?? {}, theirs: there?.amounts ?? {} };
    const count = { ours: here?.count ?? 0, theirs: there?.count ?? 0 };
    const agrees = count.ours === count.theirs && (money === null || sameMoney(money.ours, money.theirs));
    return { day, ...count, ours_amounts: money?.ours ?? null, theirs_amounts: money?.theirs ?? null, bounds, agrees };
  });
  return { timeZone, days: compared, untold };
}

type Amounts = Readonly<Record<string, string>>;

/** Both sides write decimals without trailing zeros and leave out what is nothing. */
function sameMoney(a: Amounts, b: Amounts): boolean {
  const codes = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...codes].every((code) => a[code] === b[code]);
}
