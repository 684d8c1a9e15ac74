import type { Counting, DayTotal, ReadContext, Stream, TotalledRows, Totals } from '#contract';
import type { Database } from '../store/database.ts';
import { dayBounds, type BoundedDay } from '../store/day-totals.ts';

/** What a source says of days, and which days those are. */
export interface TheirTotals {
  /** The tenant's zone, or UTC where the source counts by UTC days only. */
  readonly timeZone: string;
  /** Days that the source can tell of, with what bounds them, in their order. */
  readonly days: readonly BoundedDay[];
  readonly totals: ReadonlyMap<string, DayTotal>;
  /** Days that were asked for and cannot be told. */
  readonly untold: number;
}

export interface AskedDays {
  /** Local days, both included. */
  readonly first: string;
  readonly last: string;
  readonly timeZone: string;
  /** Days that end later may still change: they are left out. */
  readonly settledUntil: Date;
}

/** Where the warehouse holds what a source tells of a stream by day; null where it tells nothing, or nothing that can be compared. */
export function totalledRows(stream: Stream<unknown>): TotalledRows | null {
  if (stream.totals !== undefined) return stream.totals.rows;
  const { counting } = stream;
  if (counting === undefined || counting.rows === null) return null;
  const { at, ids } = counting.rows;
  return { entities: [counting.entity], at, ...(ids === undefined ? {} : { ids }) };
}

/** Asks a source for its own totals by day. @throws SourceError; Error for a stream that `totalledRows` is null for */
export async function theirTotals(
  db: Database,
  stream: Stream<unknown>,
  context: ReadContext<unknown>,
  asked: AskedDays,
): Promise<TheirTotals> {
  if (stream.totals !== undefined) return addedUp(db, stream.totals, context, asked);
  if (stream.counting !== undefined) return counted(db, stream.counting, context, asked);
  throw new Error(`${stream.name} has no totals`);
}

async function addedUp(db: Database, totals: Totals<unknown>, context: ReadContext<unknown>, asked: AskedDays): Promise<TheirTotals> {
  const days = await settledDays(db, asked, asked.timeZone);
  const { timeZone } = asked;
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { timeZone, days: [], totals: new Map(), untold: 0 };
  const bounds = { first: first.day, last: last.day, from: first.from.toISOString(), until: last.until.toISOString(), timeZone };
  const said = await totals.read(context, bounds);
  const told = days.filter(({ day }) => said.firstDay === null || day >= said.firstDay);
  return { timeZone, days: told, totals: new Map(said.days.map((day) => [day.day, day])), untold: days.length - told.length };
}

async function counted(db: Database, counting: Counting<unknown>, context: ReadContext<unknown>, asked: AskedDays): Promise<TheirTotals> {
  let { timeZone } = asked;
  let days = await settledDays(db, asked, timeZone);
  if (days.length === 0) return { timeZone, days, totals: new Map(), untold: 0 };
  const [probe] = (await counting.count(context, days.slice(0, 1).map(rangeOf))).counts;
  if (probe?.of !== undefined) {
    // It counted more than it was asked for: UTC days.
    timeZone = 'UTC';
    days = await settledDays(db, asked, timeZone);
  }
  const { counts } = await counting.count(context, days.map(rangeOf));
  const told = days.flatMap((day, i) => (counts[i]?.precision === 'exact' ? [{ day, count: counts[i].count }] : []));
  return {
    timeZone,
    days: told.map(({ day }) => day),
    totals: new Map(told.map(({ day, count }) => [day.day, { day: day.day, count, amounts: null }])),
    untold: days.length - told.length,
  };
}

async function settledDays(db: Database, { first, last, settledUntil }: AskedDays, timeZone: string): Promise<BoundedDay[]> {
  return (await dayBounds(db, first, last, timeZone)).filter(({ until }) => until <= settledUntil);
}

const rangeOf = ({ from, until }: BoundedDay) => ({ from: from.toISOString(), until: until.toISOString() });
