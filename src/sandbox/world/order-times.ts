import type { Calendar } from './calendar.ts';
import type { Random } from './random.ts';

/** Days of a history that grows; the calendar has some more, for what happened before an order. */
const SPREAD_DAYS = 120;
/** Sunday first: shops sell most on Mondays and around the weekend's end. */
const WEEKDAY = [0.9, 1.25, 1.1, 1, 1, 1.15, 0.75] as const;
/** Share of orders per local hour. */
const HOURS = [2, 1, 0.5, 0.3, 0.3, 0.5, 1, 2, 4, 6, 7, 7, 8, 7, 6, 6, 6, 7, 8, 9, 10, 9, 7, 4] as const;
/** Nothing random falls between this and the anchor: what is younger than the grace of reconciliation is placed on purpose. */
const QUIET_MINUTES = 125;

/**
 * When documents came in, oldest first: over about 120 days, busier lately, with a weekly and a daily rhythm; then the
 * `recentAges` (minutes before the anchor), which the caller chose.
 * @param steadyDays over so many days instead, as busy at their beginning as at their end
 */
export function orderTimes(
  calendar: Calendar,
  count: number,
  recentAges: readonly number[],
  random: Random,
  steadyDays?: number,
): number[] {
  const dayWeights: number[] = [];
  for (let ago = 0; ago < (steadyDays ?? SPREAD_DAYS); ago++) {
    const growth = steadyDays === undefined ? 0.6 + 0.8 * (1 - ago / SPREAD_DAYS) : 1;
    dayWeights.push(growth * WEEKDAY[calendar.weekday(ago)]!);
  }
  const day = picker(dayWeights);
  const hour = picker(HOURS);
  const newest = calendar.anchor - QUIET_MINUTES * 60_000;
  const times: number[] = [];
  for (let i = recentAges.length; i < count; i++) {
    const ago = day(random.next());
    const minutes = hour(random.next()) * 60 + random.int(0, 59);
    const time = calendar.at(ago, minutes) + random.int(0, 59) * 1000;
    times.push(time <= newest ? time : time - 24 * 3_600_000 * Math.ceil((time - newest) / (24 * 3_600_000)));
  }
  times.sort((a, b) => a - b);
  const recent = recentAges.map((minutes) => calendar.anchor - Math.round(minutes * 60) * 1000);
  return [...times, ...recent.toSorted((a, b) => a - b)];
}

/** Turns a number in [0, 1) into an index, by weight. */
function picker(weights: readonly number[]): (at: number) => number {
  const sums: number[] = [];
  let sum = 0;
  for (const weight of weights) sums.push((sum += weight));
  return (at) => {
    const wanted = at * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
