import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Database } from '../../../src/store/database.ts';
import { enqueueDue } from '../../../src/store/streams.ts';
import { benchDatabase, COUNTING } from '../bench-database.ts';
import { spread, type Spread } from '../measure.ts';
import { cpuSeconds, parentOf } from './process-cpu.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
const FILL = new URL('fill-streams.sql', import.meta.url);
const CALLS =
  'select sum(calls)::float8 as calls from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())';
const MAKE_DUE = 'update ops.streams set next_run_at = now() where stream = $1';
const EMPTY = "delete from graphile_worker._private_jobs where key like 'sync:%'";

export interface Scheduling {
  readonly streams: number;
  readonly workers: number;
  /** Processor time of workers and database together, as a share of one core, while nothing is due. */
  readonly idle_core_share: number;
  /** The part of it that the database used. */
  readonly idle_database_share: number;
  readonly idle_queries_per_second: number;
  /** One tick that finds nothing due, milliseconds. */
  readonly idle_tick_ms: Spread;
  /** One tick that finds a stream of every connection due, milliseconds for each of them. */
  readonly ms_per_due_stream: Spread;
}

/** What the schedule of many tenants costs: idle with real workers, and by itself when everything is due at once. */
export async function benchScheduling(
  options: { readonly tenants: number; readonly workers: number; readonly seconds: number; readonly repeat: number },
  say: (text: string) => void,
): Promise<Scheduling> {
  const database = await benchDatabase(COUNTING);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl });
  const running: ChildProcess[] = [];
  try {
    await admin.connect();
    await admin.query('create extension pg_stat_statements');
    say(`${options.tenants} companies of 12 streams …`);
    await admin.query(await readFile(FILL, 'utf8'), [options.tenants]);
    await admin.query('vacuum analyze');
    const backend = (await admin.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
    const postmaster = await parentOf(backend);
    for (let i = 0; i < options.workers; i += 1) running.push(worker(database.adminUrl, database.roleSecret));
    const pids = running.map((one) => one.pid!);
    // Starting is no idling.
    await sleep(10_000);
    say(`${options.workers} workers with nothing to do, ${options.seconds} s …`);
    const use = async () => ({
      at: performance.now(),
      database: await cpuSeconds(postmaster),
      workers: (await Promise.all(pids.map(cpuSeconds))).reduce((a, b) => a + b, 0),
      calls: (await admin.query<{ calls: number }>(CALLS)).rows[0]!.calls,
    });
    const before = await use();
    await sleep(options.seconds * 1000);
    const after = await use();
    for (const [i, one] of running.entries())
      if (one.exitCode !== null) throw new Error(`worker ${i + 1} ended by itself: ${one.exitCode}`);
    const seconds = (after.at - before.at) / 1000;
    await stop(running);

    say('ticks …');
    const idle: number[] = [];
    const due: number[] = [];
    for (let i = -1; i < options.repeat; i += 1) {
      const nothing = await timed(async () => enqueueDue(db));
      if (nothing.result !== 0) throw new Error(`${nothing.result} connections are due that should not be`);
      await admin.query(MAKE_DUE, ['stream 1']);
      const all = await timed(async () => enqueueDue(db));
      if (all.result !== 4 * options.tenants) throw new Error(`${all.result} connections were queued and not ${4 * options.tenants}`);
      await admin.query("update ops.streams set next_run_at = now() + interval '1 day'");
      await admin.query(EMPTY);
      await admin.query('vacuum analyze');
      if (i >= 0) idle.push(nothing.ms);
      if (i >= 0) due.push(all.ms / all.result);
    }
    const share = (cpu: number) => Number((cpu / seconds).toPrecision(3));
    return {
      streams: 12 * options.tenants,
      workers: options.workers,
      idle_core_share: share(after.database - before.database + after.workers - before.workers),
      idle_database_share: share(after.database - before.database),
      // The one that counts is counted.
      idle_queries_per_second: Number(((after.calls - before.calls - 1) / seconds).toPrecision(3)),
      idle_tick_ms: spread(idle),
      ms_per_due_stream: spread(due),
    };
  } finally {
    await stop(running);
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

function worker(adminUrl: string, roleSecret: string): ChildProcess {
  const env = { ...process.env, DATABASE_URL: adminUrl, KPI_ROLE_SECRET: roleSecret, KPI_LOG_LEVEL: 'silent' };
  return spawn(process.execPath, [CLI, 'worker'], { env, stdio: 'ignore' });
}

async function stop(running: ChildProcess[]): Promise<void> {
  for (const one of running.splice(0)) {
    if (one.exitCode !== null || one.signalCode !== null) continue;
    one.kill('SIGTERM');
    await once(one, 'exit');
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { ms: performance.now() - started, result };
}
