import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { localSlices } from '../../src/store/local-slices.ts';
import { testDatabase } from '../support/database.ts';

const database = await testDatabase();
const db = new Database({ url: database.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await database.close();
});

const HOUR = 3_600_000;
// Zones with and without summer time, with a midnight that does not exist, with half hours, and with a day that was left out.
const zones = ['America/Santiago', 'Pacific/Easter', 'America/Asuncion', 'UTC', 'Europe/Madrid', 'Australia/Lord_Howe', 'Pacific/Apia'];

test('slices tile a range exactly, at local midnights, whatever the zone and its changes of the clock', async () => {
  const instant = fc.integer({ min: Date.parse('2008-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') });
  const length = fc.integer({ min: 1, max: 800 * 24 * HOUR });
  await fc.assert(
    fc.asyncProperty(instant, length, fc.constantFrom(...zones), fc.integer({ min: 1, max: 90 }), async (start, ms, zone, days) => {
      const range = { from: new Date(start).toISOString(), until: new Date(start + ms).toISOString() };
      const slices = await localSlices(db, range, zone, days);
      expect(slices[0]?.from).toBe(range.from);
      expect(slices.at(-1)?.until).toBe(range.until);
      const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
      for (const [i, { from, until }] of slices.entries()) {
        const [first, end] = [Date.parse(from), Date.parse(until)];
        expect(first).toBeLessThan(end);
        // An hour more for a day of 25; a day that a zone left out makes one shorter.
        expect(end - first).toBeLessThanOrEqual(days * 24 * HOUR + HOUR);
        if (i === 0) continue;
        expect(from).toBe(slices[i - 1]!.until);
        // The instant before belongs to another local day.
        expect(day.format(first - 1)).not.toBe(day.format(first));
      }
    }),
    { numRuns: 150 },
  );
});

test('the days of a change of the clock have 23 and 25 hours, and a midnight that does not exist begins at one', async () => {
  const hours = async (from: string, until: string) =>
    (await localSlices(db, { from, until }, 'America/Santiago', 1)).map((day) => (Date.parse(day.until) - Date.parse(day.from)) / HOUR);
  // Chile goes forward at midnight of 6 September 2026, and back at midnight after 4 April 2026.
  expect(await hours('2026-09-04T04:00:00Z', '2026-09-08T03:00:00Z')).toEqual([24, 24, 23, 24]);
  expect(await hours('2026-04-03T03:00:00Z', '2026-04-06T04:00:00Z')).toEqual([24, 25, 24]);
});
