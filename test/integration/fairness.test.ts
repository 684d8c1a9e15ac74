import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Page } from '../../src/contract/index.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { startWorker, type RunningWorker } from '../../src/jobs/worker.ts';
import { addBackfill } from '../../src/store/backfills.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueBackfill, enqueueDue, enqueueSync } from '../../src/store/streams.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/processes.ts';
import { jobOf, pageOf, scripted, syncDeps, tenantWith, withoutMessages } from '../support/scripted-stream.ts';
import { utcSlices } from '../support/utc-slices.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SLICE_MS = 150;
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = new Database({ url: database.url('kpi_writer') });
});
afterAll(async () => {
  await db.close();
  await database.close();
});

/** Runs in the order in which they began, by tenant; a greedy tenant's source never ends, the others' have one page. */
let began: { tenantId: string; stream: string; lane: string }[] = [];
let greedy: string;
let modest: Awaited<ReturnType<typeof tenantWith>>;
let hoarder: Awaited<ReturnType<typeof tenantWith>>;
beforeEach(async () => {
  began = [];
  hoarder = await tenantWith(db, ['shopify']);
  modest = await tenantWith(db, ['shopify']);
  greedy = hoarder.tenantId;
});

async function* endless(): AsyncGenerator<Page, void, void> {
  for (let page = 0; ; page += 1) {
    await sleep(20);
    yield pageOf([], { end: false, cursor: { v: 1, watermark: null, walk: { page } } });
  }
}

function deps(streams: readonly string[]): JobDeps {
  return {
    db,
    // Nothing waits in the buffer: a slice ends at the first page after its time.
    sync: { ...syncDeps(db), buffer: { rows: 1, bytes: 1, milliseconds: 0 } },
    ...withoutMessages(db),
    sliceMs: SLICE_MS,
    streamsOf: () => streams,
    jobFor: async (tenantId, connectionId, stream, lane, signal) => {
      began.push({ tenantId, stream, lane });
      const pages = tenantId === greedy ? endless : [pageOf([])];
      const job = jobOf({ tenantId, connectionId, source: 'shopify', lane }, scripted(pages, stream), signal);
      return { ...job, sliceSeconds: SLICE_MS / 1000 };
    },
  };
}

/** One worker that does one thing at a time: the hardest place to be fair in. */
const work = (streams: readonly string[] = ['orders']): Promise<RunningWorker> =>
  startWorker(deps(streams), { queueUrl: database.url('kpi_queue'), concurrency: 1, heartbeatMs: 5000, deadAfterMs: 60_000 });

/** Slices of the greedy tenant that began between the other's being queued and its turn. */
async function waitedFor(): Promise<number> {
  await until('the greedy tenant is at it', () => began.length >= 3);
  const before = began.length;
  await enqueueSync(db, modest.tenantId, modest.connections['shopify']!);
  await until('the other has had its turn', () => began.some(({ tenantId }) => tenantId === modest.tenantId));
  return began.slice(before).findIndex(({ tenantId }) => tenantId === modest.tenantId);
}

/** Jobs of a connection's ordinary readings, those at work included. */
async function jobsOf(connectionId: string): Promise<number> {
  const text = `select count(*)::int as n from graphile_worker._private_jobs where payload ->> 'connection_id' = '${connectionId}'`;
  return withDirectSession(database.adminUrl, async (session) => (await session.run<{ n: number }>(text))[0]!.n);
}

test('a tenant whose first reading never ends delays another by one slice at most', async () => {
  const worker = await work();
  try {
    await enqueueSync(db, greedy, hoarder.connections['shopify']!);
    expect(await waitedFor()).toBeLessThanOrEqual(1);
  } finally {
    await worker.stop();
  }
});

test('a connection with more to read is not queued again in the quiet hours of its source, and is read again after them', async () => {
  const connectionId = hoarder.connections['shopify']!;
  // Two hours of the tenant's clock, this minute in the middle of them; they may reach over midnight.
  await db.query(
    `update ops.connections c set
      quiet_from = (clock_timestamp() at time zone t.time_zone)::time - interval '1 hour',
      quiet_until = (clock_timestamp() at time zone t.time_zone)::time + interval '1 hour'
    from public.tenants t where t.id = c.tenant_id and c.id = $1`,
    [connectionId],
  );
  const readings = () => began.filter(({ tenantId }) => tenantId === greedy).length;
  const worker = await work();
  try {
    // A person may have it read at any hour.
    await enqueueSync(db, greedy, connectionId);
    await until('it was read and its job is done', async () => readings() > 0 && (await jobsOf(connectionId)) === 0);
    expect(readings()).toBe(1);
    await db.query('update ops.connections set quiet_from = null, quiet_until = null where id = $1', [connectionId]);
    await enqueueDue(db);
    await until('it goes on by itself', () => readings() >= 3);
  } finally {
    await worker.stop();
  }
});

test('a tenant with a thousand slices to read again delays another by one slice at most', async () => {
  const [from, end] = ['2023-01-01T03:00:00.000Z', '2025-09-27T03:00:00.000Z'];
  const slices = utcSlices(from, end, 1);
  expect(slices).toHaveLength(1000);
  const range = { from, until: end, slices, reason: 'test', requestedBy: 'test' };
  const connectionId = hoarder.connections['shopify']!;
  const id = await addBackfill(db, { tenantId: greedy, connectionId, source: 'shopify', stream: 'orders', ...range });
  await enqueueBackfill(db, greedy, id);
  const worker = await work();
  try {
    expect(await waitedFor()).toBeLessThanOrEqual(1);
    expect(began.some(({ lane }) => lane.startsWith('backfill:'))).toBe(true);
  } finally {
    await worker.stop();
  }
});

test('a connection of many long streams gives its turn away after a slice, and all of them are read in the end', async () => {
  const names = ['orders', 'a', 'b', 'c'];
  const connectionId = hoarder.connections['shopify']!;
  for (const name of names.slice(1))
    await db.query('insert into ops.streams (tenant_id, connection_id, stream, lane) values ($1, $2, $3, $4)', [
      greedy,
      connectionId,
      name,
      'live',
    ]);
  const worker = await work(names);
  try {
    await enqueueSync(db, greedy, connectionId);
    expect(await waitedFor()).toBeLessThanOrEqual(1);
    await until('each stream has begun', () => names.every((name) => began.some(({ stream }) => stream === name)));
  } finally {
    await worker.stop();
  }
});
