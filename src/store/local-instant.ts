import type { Database } from './database.ts';

/**
 * What a person means by a day or an instant: a day begins at local midnight of the zone (asked of the database, which knows days of 23
 * and 25 hours), an instant carries its own offset.
 * @throws with the option's name and an example
 */
export async function instantOf(db: Database, text: string, timeZone: string, option: string): Promise<Date> {
  if (isDay(text)) {
    const row = await db.query<{ at: Date }>('select ($1::date)::timestamp at time zone $2 as at', [text, timeZone]);
    return row.rows[0]!.at;
  }
  const at = /T\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime()))
    throw new WrongInstant(`${option} is "${text}"; write a day like 2026-11-01 or an instant like 2026-11-01T03:00:00Z`);
  return at;
}

/** A day or instant that cannot be read. */
export class WrongInstant extends Error {
  override readonly name = 'WrongInstant';
}

/** A day the calendar has: JavaScript reads 30 February as 2 March, and Postgres refuses it. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
