import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWorkerUtils, type WorkerUtils } from 'graphile-worker';
import { Pool } from 'pg';
import { beat, forgetWorker, silentWorkers } from '../store/workers.ts';
import { awaitDatabase, isDatabaseAway } from './await-database.ts';
import type { JobDeps } from './job-deps.ts';
import { keepQueue, quiet, type KeptQueue } from './keep-queue.ts';
import { tasks } from './tasks.ts';

export interface WorkerOptions {
  /** URL of the queue's role; a direct connection (LISTEN does not work through a transaction pooler). */
  readonly queueUrl: string;
  readonly concurrency: number;
  readonly heartbeatMs: number;
  /** Silence after which another worker counts as dead and its jobs are released. */
  readonly deadAfterMs: number;
  /** How long a database that is not there yet is waited for; default: not at all. */
  readonly patienceMs?: number;
  /** Ends that waiting. */
  readonly signal?: AbortSignal;
  /** Told the process's largest resident memory so far, in MB, with each heartbeat and at the end. */
  readonly onBeat?: (peakRssMb: number) => void;
}

export interface RunningWorker {
  /** Ends when the worker must not go on: a newer release has changed the queue's tables. */
  readonly finished: Promise<void>;
  /** Lets running jobs end at their next commit, gives back what is locked, and returns. */
  stop(): Promise<void>;
}

/**
 * Runs jobs until stopped, also while the database comes and goes. Two facts of the queue are met here: its own shutdown returns before
 * the last job is marked, so we wait for that and release what is left; and the jobs of a killed process stay locked for four hours, so
 * every worker beats and releases the jobs of silent ones.
 * @throws DatabaseAway when the database does not come in time; at once what waiting does not mend. Nothing is left open
 */
export async function startWorker(deps: JobDeps, options: WorkerOptions): Promise<RunningWorker> {
  const { log } = deps.sync;
  const pool = new Pool({ connectionString: options.queueUrl, max: options.concurrency + 3, application_name: 'kpi-queue' });
  const lost = (error: Error) => log.warn({ err: error }, 'a queue connection was lost');
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  try {
    const { patienceMs: ms = 0, signal } = options;
    const patience = { log, ms, until: performance.now() + ms, signal };
    const utils = await awaitDatabase('kpi_queue', () => makeWorkerUtils({ pgPool: pool, logger: quiet(log) }), patience);
    // No job is taken before it can be done: the writer's way may lead through a pooler that comes later.
    await awaitDatabase('kpi_writer', () => deps.db.query('select'), patience);
    // Runners of this process that gave up; the next heartbeat that gets through releases what they held.
    const gone = new Set<string>();
    const begin = () =>
      keepQueue({
        pool,
        log,
        concurrency: options.concurrency,
        crontab: crontab(deps),
        tasks: (ending) => tasks(deps, ending),
        onGone: (poolId) => void gone.add(poolId),
      });
    const queue = await awaitDatabase('kpi_queue', begin, patience);
    const worker = await beatAndRelease({ deps, options, pool, utils, queue, gone });
    return {
      finished: worker.finished,
      stop: async () => {
        await worker.stop();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

interface Begun {
  readonly deps: JobDeps;
  readonly options: WorkerOptions;
  readonly pool: Pool;
  readonly utils: WorkerUtils;
  readonly queue: KeptQueue;
  readonly gone: Set<string>;
}

/** Says regularly that the worker lives, and releases the jobs of those who do not. @throws when it cannot, and then has stopped the queue */
async function beatAndRelease({ deps, options, pool, utils, queue, gone }: Begun): Promise<RunningWorker> {
  const { log } = deps.sync;
  const heartbeat = async (): Promise<void> => {
    const poolId = queue.poolId();
    if (poolId === null) return;
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    options.onBeat?.(peakRssMb);
    await beat(deps.db, { poolId, host: hostname(), pid: process.pid, peakRssMb });
    const silent = [...new Set([...gone, ...(await silentWorkers(deps.db, options.deadAfterMs / 1000))])];
    if (silent.length === 0) return;
    await utils.forceUnlockWorkers(silent);
    for (const id of silent) {
      await forgetWorker(deps.db, id);
      gone.delete(id);
    }
    log.warn({ workers: silent }, 'jobs of silent workers were released');
  };
  const failed = (error: unknown) => log.warn({ err: error }, 'the heartbeat failed');
  const beating = setInterval(() => void heartbeat().catch(failed), options.heartbeatMs);

  const release = async (): Promise<void> => {
    const held = 'select count(*)::int as n from graphile_worker._private_jobs where locked_by = any ($1)';
    const last = queue.poolId();
    const ids = [...gone, ...(last === null ? [] : [last])];
    for (let look = 0; look < 100; look++) {
      const { n } = (await pool.query<{ n: number }>(held, [ids])).rows[0] ?? { n: 0 };
      if (n === 0) break;
      if (look === 99) await utils.forceUnlockWorkers(ids);
      await sleep(100);
    }
    for (const id of ids) await forgetWorker(deps.db, id);
  };
  const stop = async (): Promise<void> => {
    options.onBeat?.(Math.round(process.resourceUsage().maxRSS / 1024));
    clearInterval(beating);
    await queue.stop();
    await release().catch((error: unknown) => log.warn({ err: error }, 'locked jobs could not be released'));
    await utils.release();
  };

  try {
    await heartbeat();
  } catch (error) {
    if (!isDatabaseAway(error)) {
      await stop();
      throw error;
    }
    failed(error);
  }
  return { finished: queue.finished, stop };
}

/** What is due by the clock. Users are read whole, some requests each time; their webhooks bring the rest at once. */
function crontab(deps: JobDeps): string {
  const users = deps.syncUsers === undefined ? [] : ['*/10 * * * * users ?jobKey=users'];
  return ['* * * * * tick ?jobKey=tick', ...users].join('\n');
}
