import type { InstantRange } from '#contract';
import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

const BOUNDS = sqlFile('local-bounds');

/**
 * Cuts a range into pieces of at most so many local days of a zone; inner bounds are local midnights, which are asked of the database: it knows
 * days of 23 and 25 hours and midnights that do not exist. The pieces tile the range exactly, in ascending order.
 */
export async function localSlices(db: Database, range: InstantRange, timeZone: string, days: number): Promise<InstantRange[]> {
  const { bounds } = (await db.query<{ bounds: Date[] }>(BOUNDS, [range.from, range.until, timeZone, days])).rows[0]!;
  const all = [new Date(range.from), ...bounds, new Date(range.until)].map((at) => at.toISOString());
  return all.slice(1).map((until, i) => ({ from: all[i]!, until }));
}
