import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { showBackfills } from '../../src/store/backfills.ts';
import { enqueueDue, wakeStreams } from '../../src/store/streams.ts';
import { listTenants } from '../../src/store/tenants.ts';
import { startBackfills } from '../../src/sync/start-backfill.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/processes.ts';
import { WorkerRig, type Connected } from '../support/worker-rig.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const WORKERS = 2;
const ROUNDS = 4;
let database: TestDatabase;
let rig: WorkerRig;
let hoarder: Connected;
let neighbour: Connected;
beforeAll(async () => {
  database = await testDatabase();
  rig = await WorkerRig.open(database, { env: { KPI_BACKFILL_SLICE_SECONDS: '1', KPI_REQUEST_TIMEOUT_SECONDS: '30' } });
  hoarder = await rig.connect(0, 'shopify');
  neighbour = await rig.connect(2, 'chatwoot');
});
afterAll(async () => {
  await rig.close();
  await database.close();
});

/**
 * Slices that anybody began once a reading was queued and before it began; null until it has. It is the first one after `asked`: a quick one may
 * begin before it is known here that it is queued, and slices without orders are quicker than that.
 */
const slicesBefore = async ({ connectionId }: Connected, asked: Date, queued: Date): Promise<number | null> => {
  const [row] = await rig.rows<{ began: Date | null; slices: number }>(
    `select live.began, (select count(*)::int from ops.runs b where b.lane like 'backfill:%' and b.started_at > $3 and b.started_at < live.began) as slices
    from (select min(started_at) as began from ops.runs where connection_id = $1 and lane = 'live' and started_at > $2) live`,
    [connectionId, asked, queued],
  );
  return row === undefined || row.began === null ? null : row.slices;
};

const now = async () => (await rig.rows<{ at: Date }>('select clock_timestamp() as at'))[0]!.at;

test('while thousands of slices of one company are read by real workers, whatever is due is read before each worker has begun one more', async () => {
  // One hand each: nobody is kept free for ordinary readings.
  for (let i = 0; i < WORKERS; i++) rig.start('--concurrency', '1');
  const since = new Date(0);
  for (const place of [hoarder, neighbour]) {
    await rig.wake(place);
    await rig.untilIn(place, since);
  }
  const { db, connectors, openSource } = rig.app;
  const [tenant] = (await listTenants(db)).filter(({ id }) => id === hoarder.tenantId);
  const from = new Date(Date.now() - 1000 * 86_400_000).toISOString();
  const { started } = await startBackfills(
    { db, connectors, openSource, now: () => new Date() },
    {
      tenants: [tenant!],
      source: 'shopify',
      from,
      names: { from: '--from', until: '--until' },
      sliceDays: 1,
      reason: 'test',
      requestedBy: 'test',
      priority: 'high',
      onlyMissing: false,
    },
    new AbortController().signal,
  );
  // As many as there are hands, at least.
  expect(started.length).toBeGreaterThanOrEqual(WORKERS);
  expect(started.reduce((sum, { slices }) => sum + slices, 0)).toBeGreaterThan(1000 * WORKERS);
  const done = async () => (await showBackfills(db, { tenantId: hoarder.tenantId })).reduce((sum, one) => sum + one.slices_done, 0);
  await until('slices are read', async () => (await done()) > WORKERS);

  const first = await done();
  const passed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // The same account as the slices', which share its requests, and another company's.
    for (const place of [hoarder, neighbour]) {
      await until('some slices were read in between', async () => (await done()) > first + 2 * passed.length);
      const asked = await now();
      await wakeStreams(db, { tenantId: place.tenantId, connectionId: place.connectionId });
      expect(await enqueueDue(db)).toBe(1);
      const queued = await now();
      passed.push(await until('its turn came', async () => (await slicesBefore(place, asked, queued)) ?? undefined));
      await rig.untilIn(place, asked);
    }
  }
  expect(Math.max(...passed)).toBeLessThanOrEqual(WORKERS);
  // There were slices to be read all the time.
  expect((await showBackfills(db, { tenantId: hoarder.tenantId })).map(({ state }) => state)).toContain('running');
});
