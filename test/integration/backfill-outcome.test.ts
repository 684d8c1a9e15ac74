import { afterAll, describe, expect, test } from 'vitest';
import { SourceError, type InstantRange } from '#contract';
import { Database } from '../../src/store/database.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { jobOf, pageOf, scripted } from '../support/scripted-stream.ts';
import { DAY, FROM, orderAt, pageByPage, queuedTenDays, TenDays } from '../support/ten-days.ts';

const database = await testDatabase();
const db = new Database({ url: database.url('kpi_writer'), maxConnections: 12 });
afterAll(async () => {
  await db.close();
  await database.close();
});

const deps = pageByPage(db);
const queued = (source: TenDays) => queuedTenDays(db, source);

describe('a backfill ends', () => {
  test('verified when the source counts what the warehouse holds, with its report by entity', async () => {
    const source = new TenDays();
    const { toTheEnd, shown, slices } = await queued(source);
    await toTheEnd();
    const done = await shown();
    expect(done).toMatchObject({
      state: 'done',
      outcome: 'verified',
      outcome_because: null,
      expected: 10,
      expected_exact: true,
      records: 10,
    });
    expect(done.entities).toMatchObject([
      { entity: 'order', read: 10, inserted: 10, updated: 0, unchanged: 0, quarantined: 0, tombstoned: 0 },
    ]);
    expect(await slices()).toMatchObject([
      { slice: 1, state: 'done', expected: 5, expected_precision: 'exact', counted: 5, stored: 5, differing: null, records: 5 },
      { slice: 2, state: 'done', expected: 5, counted: 5, stored: 5 },
    ]);
    const outcomes = await db.query(`select outcome from ops.runs where tenant_id = $1 and lane <> 'live'`, [done.tenant_id]);
    expect(outcomes.rows).toEqual([{ outcome: 'verified' }, { outcome: 'verified' }]);
  });

  test('verified when what was refused is all that is missing', async () => {
    const source = new TenDays();
    const honest = source.counts!;
    source.counts = async (ranges) => {
      const { counts } = await honest(ranges);
      return { counts: counts.map(({ count }) => ({ count: count + 1, precision: 'exact' })), notices: [] };
    };
    let given = 0;
    source.before = () => {
      // One bad record with the first page of each slice.
      source.rejects = given++ % 5 === 0 ? [{ entity: 'order', sourceId: `bad${given}`, reason: 'no', payload: { given } }] : [];
      return Promise.resolve();
    };
    const { toTheEnd, shown } = await queued(source);
    await toTheEnd();
    expect(await shown()).toMatchObject({ state: 'done', outcome: 'verified', quarantined: 2 });
  });

  test('unverified, naming the days, when the source counts more or fewer', async () => {
    const source = new TenDays();
    const { toTheEnd, shown, slices, place } = await queued(source);
    // The source has one more on the third day than it gives, and no longer has what the warehouse holds of the ninth.
    const honest = source.counts!;
    source.counts = async (ranges) => {
      const { counts } = await honest(ranges);
      const third = Date.parse(FROM) + 2 * DAY + DAY / 2;
      const more = ranges.map(({ from, until: end }) => (third >= Date.parse(from) && third < Date.parse(end) ? 1 : 0));
      return { counts: counts.map(({ count }, i) => ({ count: count + more[i]!, precision: 'exact' })), notices: [] };
    };
    await runSync(deps, jobOf(place, scripted([pageOf([orderAt(8, 'gone')])])));
    await toTheEnd();
    const done = await shown();
    expect(done).toMatchObject({ state: 'done', outcome: 'unverified' });
    expect(done.outcome_because).toContain('2026-01-03 (2 and 1), 2026-01-09 (1 and 2)');
    expect((await slices()).map(({ differing }) => differing)).toEqual([
      [{ day: '2026-01-09', counted: 1, stored: 2 }],
      [{ day: '2026-01-03', counted: 2, stored: 1 }],
    ]);
  });

  test.each([
    ['counts nothing', null],
    [
      'counts only a floor',
      (ranges: readonly InstantRange[]) =>
        Promise.resolve({ counts: ranges.map(() => ({ count: 1, precision: 'floor' as const })), notices: [] }),
    ],
    [
      'refuses to count',
      () => Promise.reject(new SourceError({ kind: 'transient', code: 'server_error', message: 'not now', advice: 'Wait' })),
    ],
  ])('unverified when the source %s, and says so', async (_what, counts) => {
    const source = new TenDays();
    source.counts = counts;
    const { toTheEnd, shown } = await queued(source);
    await toTheEnd();
    const done = await shown();
    expect(done).toMatchObject({ state: 'done', outcome: 'unverified', inserted: 10 });
    expect(done.outcome_because).toContain('could not be asked');
  });
});
