import type { Cadence } from '../store/report-schedules.ts';

export interface Period {
  /** First and last local day. */
  readonly from: string;
  readonly until: string;
}

/**
 * The closed days that a report of a due day is about: the day before, the seven days before, or the calendar month before. It hangs on
 * the due day and not on the moment of making, so a late report says the same.
 * @param dueOn `2026-12-01`
 */
export function periodOf(cadence: Cadence, dueOn: string): Period {
  const [year, month, day] = dueOn.split('-').map(Number) as [number, number, number];
  const back = (days: number) => dayOf(year, month - 1, day - days);
  if (cadence === 'daily') return { from: back(1), until: back(1) };
  if (cadence === 'weekly') return { from: back(7), until: back(1) };
  return { from: dayOf(year, month - 2, 1), until: dayOf(year, month - 1, 0) };
}

/** Days and months beyond their range count on, as in a calendar. */
const dayOf = (year: number, month: number, day: number): string => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
