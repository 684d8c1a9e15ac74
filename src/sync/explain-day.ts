import type { Listing, ReadContext, TotalledRows } from '#contract';
import type { Database } from '../store/database.ts';
import { idsOfDay, whereabouts } from '../store/day-records.ts';
import { isDated } from '../store/day-totals.ts';
import type { LanePlace } from '../store/lease.ts';
import type { DifferenceReason, VerifiedDay } from '../store/verifications.ts';
import type { ComparedDay } from './compare-days.ts';

/** Ids named of a day. */
const MOST_NAMED = 20;
const MOST_LOOKED_AT = 200;

type Explanation = Pick<VerifiedDay, 'reason' | 'missing' | 'extra'>;

/**
 * Why a day differs: which records the source has on it and we have not, and the other way round, and what is known of them. Where the source
 * lists no ids, or not as many as it counts, that cannot be told. @throws SourceError
 */
export async function explainDay(
  db: Database,
  place: Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>,
  of: { readonly listing: Listing<unknown> | undefined; readonly rows: TotalledRows; readonly context: ReadContext<unknown> },
  day: ComparedDay,
  timeZone: string,
): Promise<Explanation> {
  const { listing, rows, context } = of;
  const main = listing?.rows[0];
  if (listing === undefined || main === undefined) return { reason: 'unknown', missing: [], extra: [] };
  const theirs = await listedOn(listing, context, rangeOf(day, isDated(rows)));
  if (theirs === null) return { reason: 'unknown', missing: [], extra: [] };
  const ours = new Set(await idsOfDay(db, place, main, rows, { day: day.day, timeZone }));
  const missing = [...theirs].filter((id) => !ours.has(id)).toSorted();
  const extra = [...ours].filter((id) => !theirs.has(id)).toSorted();
  const known = await whereabouts(db, place, main, missing);
  const reasons = new Set<DifferenceReason>(missing.map((id) => known.get(id) ?? 'lost'));
  const some = extra.slice(0, MOST_LOOKED_AT);
  const looks = some.length === 0 ? [] : await listing.look(context, some);
  // What is there all the same stands on another day in the source.
  for (const look of looks) reasons.add(look === 'gone' ? 'deleted_there' : 'moved');
  const [only] = reasons;
  const reason = reasons.size > 1 ? 'several' : (only ?? (day.ours === day.theirs ? 'changed' : 'unknown'));
  return { reason, missing: missing.slice(0, MOST_NAMED), extra: extra.slice(0, MOST_NAMED) };
}

/** The ids of a day, or null when the list does not agree with the source's own count. */
async function listedOn(
  listing: Listing<unknown>,
  context: ReadContext<unknown>,
  range: { readonly from: string; readonly until: string },
): Promise<ReadonlySet<string> | null> {
  const ids = new Set<string>();
  for await (const page of listing.list(context, range)) {
    for (const id of page.ids) ids.add(id);
    if (page.end !== undefined) return page.end.counted.every((count) => count === ids.size) ? ids : null;
  }
  return null;
}

/** A list by dates without time is asked by UTC days. */
function rangeOf({ day, bounds }: ComparedDay, dated: boolean): { from: string; until: string } {
  if (!dated) return { from: bounds.from.toISOString(), until: bounds.until.toISOString() };
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();
  return { from: `${day}T00:00:00.000Z`, until: next };
}
