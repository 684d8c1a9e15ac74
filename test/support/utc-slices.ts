import type { SliceWish } from '../../src/store/backfills.ts';

const DAY = 86_400_000;

/** A range in pieces of so many UTC days: for tests to which zones are nothing. */
export function utcSlices(from: string, until: string, days: number): SliceWish[] {
  const slices: SliceWish[] = [];
  const end = Date.parse(until);
  for (let at = Date.parse(from); at < end; at += days * DAY)
    slices.push({ from: new Date(at).toISOString(), until: new Date(Math.min(at + days * DAY, end)).toISOString() });
  return slices;
}
