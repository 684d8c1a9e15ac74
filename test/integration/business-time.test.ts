import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let reader: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  reader = new pg.Client({ connectionString: database.url('kpi_analyst') });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await database.close();
});

const MINUTE = 60_000;

/** Monday to Friday 9 to 18, closed at the weekend. */
const WEEKDAYS = [1, 2, 3, 4, 5].map((day) => `${day} 09:00-18:00`);

async function seconds(from: string, until: string, hours: readonly string[] | null, zone: string): Promise<number | null> {
  const { rows } = await reader.query<{ n: string | null }>('select kpi.business_seconds($1, $2, kpi.opening_of($3), $4) as n', [
    from,
    until,
    hours,
    zone,
  ]);
  return rows[0]?.n === null || rows[0] === undefined ? null : Number(rows[0].n);
}

async function due(from: string, after: number, hours: readonly string[] | null, zone: string): Promise<string> {
  const text = 'select kpi.business_due($1, $2, kpi.opening_of($3), $4) as at';
  return (await reader.query<{ at: Date }>(text, [from, after, hours, zone])).rows[0]!.at.toISOString();
}

/** Whether a minute that begins at this instant is open, by what the clock on the wall shows. */
function wallClock(hours: readonly string[], zone: string): (minute: number) => boolean {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const open = new Map(hours.map((line) => [days[Number(line[0])]!, line.slice(2).split('-') as [string, string]]));
  return (minute) => {
    const parts = Object.fromEntries(format.formatToParts(minute).map(({ type, value }) => [type, value]));
    const shown = `${parts['hour']}:${parts['minute']}`;
    const [opens, closes] = open.get(parts['weekday'] ?? '') ?? ['24:00', '00:00'];
    return opens <= shown && shown < closes;
  };
}

test('a weekend is closed, and an evening', async () => {
  // Friday 17:30 to Monday 9:30 in Chile (UTC-3): half an hour and half an hour.
  expect(await seconds('2026-11-06T20:30:00Z', '2026-11-09T12:30:00Z', WEEKDAYS, 'America/Santiago')).toBe(3600);
  expect(await seconds('2026-11-06T23:00:00Z', '2026-11-07T23:00:00Z', WEEKDAYS, 'America/Santiago')).toBe(0);
});

test('without hours there is no business time, and a due time goes by the wall clock', async () => {
  expect(await seconds('2026-11-06T20:30:00Z', '2026-11-09T12:30:00Z', null, 'America/Santiago')).toBeNull();
  expect(await seconds('2026-11-06T20:30:00Z', '2026-11-09T12:30:00Z', [], 'America/Santiago')).toBeNull();
  expect(await due('2026-11-06T20:30:00Z', 3600, null, 'America/Santiago')).toBe('2026-11-06T21:30:00.000Z');
});

test('what is asked on Friday evening is due on Monday; what fills the day is due when it closes', async () => {
  expect(await due('2026-11-06T20:30:00Z', 3600, WEEKDAYS, 'America/Santiago')).toBe('2026-11-09T12:30:00.000Z');
  expect(await due('2026-11-06T20:30:00Z', 1800, WEEKDAYS, 'America/Santiago')).toBe('2026-11-06T21:00:00.000Z');
});

test('a day whose clock is set has an hour more or less', async () => {
  const always = [0, 1, 2, 3, 4, 5, 6].map((day) => `${day} 00:00-24:00`);
  // In Santiago 6 September 2026 begins at 1:00 (03:00 to 04:00 UTC is skipped), and 4 April ends with 23:00 to 24:00 twice.
  expect(await seconds('2026-09-06T04:00:00Z', '2026-09-07T03:00:00Z', always, 'America/Santiago')).toBe(23 * 3600);
  expect(await seconds('2026-04-04T03:00:00Z', '2026-04-05T04:00:00Z', always, 'America/Santiago')).toBe(25 * 3600);
  const night = ['6 22:00-24:00'];
  expect(await seconds('2026-04-04T12:00:00Z', '2026-04-06T12:00:00Z', night, 'America/Santiago')).toBe(3 * 3600);
});

const clockTime = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45));
const shown = ([hour, minute]: [number, number]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
const hoursArbitrary = fc
  .array(fc.option(fc.tuple(clockTime, clockTime), { nil: null }), { minLength: 7, maxLength: 7 })
  .map((week) =>
    week.flatMap((span, day) => {
      if (span === null) return [];
      const [opens, closes] = span.map(shown).toSorted();
      return opens === closes ? [`${day} 00:00-24:00`] : [`${day} ${opens}-${closes}`];
    }),
  )
  .filter((hours) => hours.length > 0);
/** Near days on which the clock is set, in zones that set it at midnight, at night, by half an hour, never. */
const placeArbitrary = fc
  .constantFrom(
    ['America/Santiago', '2026-04-05T03:00:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  )
  .map(([zone, at]) => ({ zone, at: Date.parse(at) }));

test('business time is what counting minute by minute gives, also over days on which the clock is set', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(
    placeArbitrary,
    hoursArbitrary,
    fc.integer({ min: -4 * 1440, max: 2 * 1440 }),
    fc.integer({ min: 1, max: 6 * 1440 }),
    async ({ zone, at }, hours, offset, length) => {
      const from = at + offset * MINUTE;
      const isOpen = wallClock(hours, zone);
      let open = 0;
      for (let minute = 0; minute < length; minute += 1) if (isOpen(from + minute * MINUTE)) open += 1;
      const [start, end] = [new Date(from).toISOString(), new Date(from + length * MINUTE).toISOString()];
      expect(await seconds(start, end, hours, zone)).toBe(open * 60);
      if (open === 0) return;
      // It is due at the end of the first minute by which so much has passed.
      let last = length - 1;
      while (!isOpen(from + last * MINUTE)) last -= 1;
      expect(await due(start, open * 60, hours, zone)).toBe(new Date(from + (last + 1) * MINUTE).toISOString());
    },
  );
  await fc.assert(property, { numRuns: 150 });
});
