import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp, type App } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { showBackfills } from '../../../src/store/backfills.ts';
import { enqueueDue } from '../../../src/store/streams.ts';
import { listTenants } from '../../../src/store/tenants.ts';
import { startBackfills } from '../../../src/sync/start-backfill.ts';
import { benchDatabase } from '../bench-database.ts';
import { watchDueReadings, type DueReading } from './due-readings.ts';
import { addCompany, BenchSources } from './sources.ts';

/** How long readings waited for their turn after they were due, in milliseconds. */
interface Waits {
  readonly readings: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface Fairness {
  readonly workers: number;
  /** Streams of the other companies, and how often each is read. */
  readonly streams: number;
  readonly interval_seconds: number;
  readonly slices: number;
  readonly alone_ms: Waits;
  readonly beside_ms: Waits;
  /** Of the 95th percentiles, and of the time that a reading is read anew: the interval and its wait. */
  readonly p95_ratio: number;
  readonly period_ratio: number;
  /** Slices that were read beside them. */
  readonly slices_read: number;
  /** Slices that began between a connection being queued and its turn: the most, and on the average. */
  readonly slices_passed_max: number;
  readonly slices_passed_mean: number;
}

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
const NEIGHBOURS = 10;
const DAYS = 1000;
const INTERVAL_SECONDS = 10;
const PHASE_SECONDS = 60;
const PATIENCE_MS = 300_000;
const SET_INTERVAL = `update ops.streams set interval_seconds = $2::integer, next_run_at = clock_timestamp() + random() * make_interval(secs => $2::integer)
  where lane = 'live' and tenant_id = any ($1)`;
const UNREAD = "select count(*)::int as n from ops.streams where lane = 'live' and last_success_at is null";
const PASSED = `select count(*)::int as n from ops.runs where lane like 'backfill:%' and started_at > $3
  and started_at < (select min(started_at) from ops.runs where connection_id = $1 and lane = 'live' and started_at >= $2)`;

/** Whether ordinary readings of ten companies keep their interval while real workers read thousands of slices of another one. */
export async function benchFairness(options: { readonly workers: number }, say: (text: string) => void): Promise<Fairness> {
  const home = await mkdtemp(join(tmpdir(), 'kpi-bench-fairness-'));
  const database = await benchDatabase({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' });
  const env = { DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: database.roleSecret, KPI_HOME: home, KPI_NIGHTLY: 'off' };
  const config = readConfig(env);
  const app = openApp(config, config.database!, createLog({ level: 'silent' }));
  const sources = await BenchSources.start(NEIGHBOURS + 1, 300);
  const workers: ChildProcess[] = [];
  try {
    const companies: string[] = [];
    for (const [i, accounts] of sources.accounts.entries()) companies.push((await addCompany(app, i, accounts, ['shopify'])).tenantId);
    const [hoarder, ...others] = companies as [string, ...string[]];
    // One hand each: none is kept free.
    for (let i = 0; i < options.workers; i++) {
      const child = { ...process.env, ...env, KPI_LOG_LEVEL: 'silent' };
      workers.push(spawn(process.execPath, [CLI, 'worker', '--concurrency', '1'], { env: child, stdio: 'ignore' }));
    }
    say(`first readings of ${companies.length} companies …`);
    await until(app, async () => (await app.db.query<{ n: number }>(UNREAD)).rows[0]!.n === 0);
    await app.db.query(SET_INTERVAL, [others, INTERVAL_SECONDS]);
    say(`readings every ${INTERVAL_SECONDS} s, alone, ${PHASE_SECONDS} s …`);
    const alone = await watchDueReadings(app.db, others, PHASE_SECONDS);
    const slices = await hoard(app, hoarder);
    const done = async () => (await showBackfills(app.db, { tenantId: hoarder })).reduce((sum, one) => sum + one.slices_done, 0);
    await until(app, async () => (await done()) > options.workers);
    say(`the same beside ${slices} slices, ${PHASE_SECONDS} s …`);
    const before = await done();
    const beside = await watchDueReadings(app.db, others, PHASE_SECONDS);
    const read = (await done()) - before;
    if (!(await showBackfills(app.db, { tenantId: hoarder })).some(({ state }) => state === 'running'))
      throw new Error('the slices did not last: nothing was measured at the end');
    const passed = await slicesPassed(app, beside);
    const [a, b] = [waits(alone), waits(beside)];
    return {
      workers: options.workers,
      streams: new Set(beside.map(({ connectionId, stream }) => `${connectionId} ${stream}`)).size,
      interval_seconds: INTERVAL_SECONDS,
      slices,
      alone_ms: a,
      beside_ms: b,
      p95_ratio: rounded(b.p95 / a.p95),
      period_ratio: rounded((INTERVAL_SECONDS * 1000 + b.p95) / (INTERVAL_SECONDS * 1000 + a.p95)),
      slices_read: read,
      slices_passed_max: Math.max(...passed),
      slices_passed_mean: rounded(passed.reduce((sum, n) => sum + n, 0) / passed.length),
    };
  } finally {
    for (const worker of workers) {
      if (worker.exitCode !== null || worker.signalCode !== null) continue;
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    }
    sources.close();
    await app.close();
    await database.remove();
    await rm(home, { recursive: true, force: true });
  }
}

/** Begins to read every day of a company's shop again, as many backfills as its streams allow. @returns slices */
async function hoard(app: App, tenantId: string): Promise<number> {
  const tenants = (await listTenants(app.db)).filter(({ id }) => id === tenantId);
  const from = new Date(Date.now() - DAYS * 86_400_000).toISOString();
  const how = { reason: 'bench', requestedBy: 'bench', priority: 'high', onlyMissing: false, sliceDays: 1 } as const;
  const wish = { tenants, source: 'shopify', from, names: { from: '--from', until: '--until' }, ...how };
  const deps = { db: app.db, connectors: app.connectors, openSource: app.openSource, now: () => new Date() };
  const { started } = await startBackfills(deps, wish, new AbortController().signal);
  return started.reduce((sum, one) => sum + one.slices, 0);
}

/** For each time that a connection was queued, the slices that began before its turn. */
async function slicesPassed(app: App, readings: readonly DueReading[]): Promise<number[]> {
  const queued = new Map(readings.map((one) => [`${one.connectionId} ${one.queued.getTime()}`, one]));
  const passed: number[] = [];
  for (const { connectionId, seen, queued: at } of queued.values())
    passed.push((await app.db.query<{ n: number }>(PASSED, [connectionId, seen, at])).rows[0]!.n);
  return passed;
}

async function until(app: App, done: () => Promise<boolean>): Promise<void> {
  for (const patience = performance.now() + PATIENCE_MS; performance.now() < patience; await sleep(200)) {
    await enqueueDue(app.db);
    if (await done()) return;
  }
  throw new Error(`not ready after ${PATIENCE_MS / 1000} s`);
}

function waits(readings: readonly DueReading[]): Waits {
  const sorted = readings.map(({ waitedMs }) => waitedMs).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { readings: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) };
}

const rounded = (value: number) => Number(value.toPrecision(3));
