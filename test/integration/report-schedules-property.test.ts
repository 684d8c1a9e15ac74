import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { claimReport, finishReport, type Cadence } from '../../src/store/report-schedules.ts';
import { AlertsRig } from '../support/alerts-rig.ts';
import { schedule } from '../support/report-schedule.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: AlertsRig;
beforeAll(async () => {
  rig = await AlertsRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.fixture.newTenant());

/** The wall clock of a zone: `2026-09-06 01:30`. */
const wall = (at: number, timeZone = 'America/Santiago') =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);

function matches(day: string, cadence: Cadence, number: number): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  if (cadence === 'daily') return true;
  if (cadence === 'weekly') return (date.getUTCDay() || 7) === number;
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.getUTCDate() === Math.min(number, last);
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test('whenever anybody looks, also while the clocks change, each due day comes at most once, in order, not before its time and not much later', async () => {
  // In Chile clocks go back on 4 April 2026 at midnight (23:00 comes twice) and forward on 5 September (Sunday has no 00:00 to 00:59).
  const around = fc.constantFrom('2026-04-01T00:00:00Z', '2026-09-02T00:00:00Z', '2026-02-20T00:00:00Z', '2027-12-25T00:00:00Z');
  const time = fc.oneof(
    fc.constantFrom('00:00', '00:30', '00:59', '01:00', '22:59', '23:00', '23:30', '23:59', '07:00'),
    fc
      .integer({ min: 0, max: 1439 })
      .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`),
  );
  const cadence = fc.oneof(
    fc.constant(['daily', 0] as const),
    fc.integer({ min: 1, max: 7 }).map((day) => ['weekly', day] as const),
    fc.integer({ min: 1, max: 31 }).map((day) => ['monthly', day] as const),
  );
  // Minutes between two looks: mostly an hour, sometimes an outage of days.
  const pauses = fc.array(
    fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.integer({ min: 60, max: 14_000 }) }),
    {
      minLength: 20,
      maxLength: 90,
    },
  );
  await fc.assert(
    fc.asyncProperty(around, time, cadence, pauses, async (begin, localTime, [kind, number], steps) => {
      const start = Date.parse(begin);
      const id = await schedule(
        rig,
        { cadence: kind, weekday: kind === 'weekly' ? number : null, monthDay: kind === 'monthly' ? number : null, localTime },
        wall(start - 2 * DAY).slice(0, 10),
      );
      let now = start;
      let last = wall(start - 2 * DAY).slice(0, 10);
      let before = start - 2 * DAY;
      for (const minutes of steps) {
        now += minutes * 60_000;
        const claimed = await claimReport(rig.db, rig.tenantId, 60, new Date(now));
        if (claimed !== null) {
          expect(matches(claimed.dueOn, kind, number)).toBe(true);
          expect(claimed.dueOn > last).toBe(true);
          expect(wall(now) >= `${claimed.dueOn} ${localTime}`).toBe(true);
          last = claimed.dueOn;
          await finishReport(rig.db, rig.tenantId, claimed, { deliveryId: crypto.randomUUID(), kind: 'report:x', body: '{}' });
        }
        // What was two hours ago, even by clocks that were put back since, is done with: nothing is missed and nothing is repeated.
        for (let at = now - 2 * HOUR; at > before; at -= 12 * HOUR) {
          const [day = '', clock = ''] = wall(at).split(' ');
          if (clock >= localTime && matches(day, kind, number)) expect(last >= day).toBe(true);
        }
        before = now - 3 * HOUR;
        expect(await claimReport(rig.db, rig.tenantId, 60, new Date(now))).toBeNull();
      }
      await rig.db.query('delete from ops.report_schedules where id = $1', [id]);
    }),
    { numRuns: 40 },
  );
});
