import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueDue, enqueueSync, wakeStreams } from '../../src/store/streams.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, startKpi, until, type Running } from '../support/processes.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith, withoutMessages } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: TestDatabase;
let db: Database;
let sandbox: Sandbox;
let home: string;
const workers: Running[] = [];
beforeAll(async () => {
  database = await testDatabase();
  db = new Database({ url: database.url('kpi_writer') });
  sandbox = await startSandbox({ seed: 1, anchor: new Date().toISOString(), orders: 60, generous: true });
  home = await mkdtemp(join(tmpdir(), 'kpi-worker-'));
});
afterAll(async () => {
  for (const worker of workers) {
    worker.process.kill('SIGKILL');
    await worker.ended;
  }
  await sandbox.close();
  await db.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const rows = <R extends Record<string, unknown>>(text: string) => withDirectSession(database.adminUrl, (session) => session.run<R>(text));
const jobs = () =>
  rows<{ key: string; locked: boolean; attempts: number }>(
    `select key, locked_by is not null as locked, attempts::int from graphile_worker._private_jobs where key not like 'alert%' and key <> 'tick' order by key`,
  );

test('the tick queues due streams only, and one job for a connection however often it runs', async () => {
  const { tenantId, connections } = await tenantWith(db, ['shopify', 'odoo', 'n8n', 'chatwoot']);
  const { shopify, odoo, n8n, chatwoot } = connections;
  await rows(`insert into ops.streams (tenant_id, connection_id, stream, lane) values ('${tenantId}', '${shopify}', 'products', 'live')`);
  await rows(`update ops.streams set next_run_at = now() + interval '1 hour' where connection_id = '${odoo}'`);
  await rows(`update ops.streams set expires_at = now() + interval '1 hour' where connection_id = '${n8n}'`);
  await rows(`update ops.connections set status = 'paused' where id = '${chatwoot}'`);
  await enqueueDue(db);
  await enqueueDue(db);
  expect(await jobs()).toEqual([{ key: `sync:${shopify}`, locked: false, attempts: 0 }]);
  await rows(`update public.tenants set status = 'paused'`);
  await rows('delete from graphile_worker._private_jobs');
  await enqueueDue(db);
  expect(await jobs()).toEqual([]);
});

test('two workers with two jobs for one connection never read its stream at once', async () => {
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const connectionId = connections['shopify']!;
  let reading = 0;
  let most = 0;
  let begun = 0;
  const stream = scripted(async function* () {
    most = Math.max(most, ++reading);
    try {
      // Both workers being at it is what makes the promise worth something; the second then has time to read, if it may.
      await until('both workers are at it', () => begun === 2);
      await sleep(500);
      yield pageOf([orderDraft('1')]);
    } finally {
      reading -= 1;
    }
  });
  const deps = (name: string): JobDeps => ({
    db,
    sync: syncDeps(db, name),
    ...withoutMessages(db),
    sliceMs: 20_000,
    streamsOf: () => ['orders'],
    jobFor: async (_tenant, _connection, _stream, lane, signal) => {
      begun += 1;
      return jobOf({ tenantId, connectionId, source: 'shopify', lane }, stream, signal);
    },
  });
  const options = { queueUrl: database.url('kpi_queue'), concurrency: 1, heartbeatMs: 500, deadAfterMs: 5000 };
  const running = await Promise.all([startWorker(deps('one'), options), startWorker(deps('two'), options)]);
  try {
    const payload = JSON.stringify({ tenant_id: tenantId, connection_id: connectionId });
    for (const key of ['a', 'b']) await db.query('select ops.enqueue($1, $2::json, job_key => $3)', ['sync', payload, key]);
    await until('both are done', async () => (await jobs()).length === 0);
  } finally {
    await Promise.all(running.map((worker) => worker.stop()));
  }
  expect({ begun, most }).toEqual({ begun: 2, most: 1 });
  expect(await rows('select pool_id from ops.workers')).toEqual([]);
});

/** The first simulated company with its n8n, connected through the command line; its streams are due. */
async function connected(): Promise<{ tenantId: string; connectionId: string; env: Record<string, string> }> {
  const env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'warn',
    KPI_LEASE_TTL_SECONDS: '2',
    KPI_LEASE_RENEW_SECONDS: '0.5',
    KPI_HEARTBEAT_SECONDS: '0.5',
    KPI_DEAD_WORKER_SECONDS: '3',
  };
  const account = sandbox.connections().find(({ source }) => source === 'n8n')!;
  const found = await rows<{ id: string }>(`select id from public.tenants where rut = '76042235-5'`);
  if (found.length === 0) await kpi(['tenant', 'add', '--rut', '76042235-5', '--name', 'Uno'], { home, env });
  const settings = Object.entries(account.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const made = await kpi(['connect', 'n8n', '--tenant', '76042235-5', '--json', ...settings], { home, env });
  const { connection_id } = JSON.parse(made.stdout) as { connection_id: string };
  const tenant = (await rows<{ id: string }>(`select id from public.tenants where rut = '76042235-5'`))[0]!;
  return { tenantId: tenant.id, connectionId: connection_id, env };
}

/** A worker process in the middle of a read: the source has its request and never answers. */
async function hungWorker(place: Awaited<ReturnType<typeof connected>>): Promise<Running> {
  const played = sandbox.servers.n8n.faults.played;
  sandbox.servers.n8n.faults.random(1, ['hang']);
  await wakeStreams(db, { tenantId: place.tenantId });
  await enqueueSync(db, place.tenantId, place.connectionId);
  const worker = startWorkerProcess(place.env);
  await until('the source has its request', () => sandbox.servers.n8n.faults.played > played);
  expect(await jobs()).toEqual([{ key: `sync:${place.connectionId}`, locked: true, attempts: 1 }]);
  return worker;
}

function startWorkerProcess(env: Record<string, string>): Running {
  const worker = startKpi(['worker'], { home, env });
  workers.push(worker);
  return worker;
}

const allIn = (connectionId: string, since: Date) => async () => {
  const open = await rows(`select stream from ops.streams where connection_id = '${connectionId}' and lane = 'live'
    and (last_success_at is null or last_success_at < '${since.toISOString()}')`);
  return open.length === 0;
};

test('SIGTERM in the middle of a read: the worker ends with 0, holds nothing, and its stream is due at once', async () => {
  const place = await connected();
  const since = new Date();
  const worker = await hungWorker(place);
  worker.process.kill('SIGTERM');
  const ended = await worker.ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect((await jobs()).filter((job) => job.locked)).toEqual([]);
  expect(await rows('select pool_id from ops.workers')).toEqual([]);
  expect(
    await rows(`select stream from ops.streams where expires_at > clock_timestamp() and connection_id = '${place.connectionId}'`),
  ).toEqual([]);
  expect(await rows(`select outcome from ops.runs where ended_at is null`)).toEqual([]);

  sandbox.servers.n8n.faults.clear();
  expect(await enqueueDue(db)).toBe(1);
  const next = startWorkerProcess(place.env);
  await until('the streams are in', allIn(place.connectionId, since));
  next.process.kill('SIGTERM');
  expect(await next.ended).toMatchObject({ code: 0 });
});

test('kill -9 in the middle of a read: another worker releases the job after the silence and finishes it', async () => {
  const place = await connected();
  const since = new Date();
  const worker = await hungWorker(place);
  worker.process.kill('SIGKILL');
  await worker.ended;
  sandbox.servers.n8n.faults.clear();
  // The queue itself would keep it locked for four hours.
  expect(await jobs()).toEqual([{ key: `sync:${place.connectionId}`, locked: true, attempts: 1 }]);
  const next = startWorkerProcess(place.env);
  await until('the streams are in', allIn(place.connectionId, since));
  await until('the job is done', async () => (await jobs()).length === 0);
  next.process.kill('SIGTERM');
  const ended = await next.ended;
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toContain('jobs of silent workers were released');
});
