import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { JobDeps } from './job-deps.ts';

export interface QueueOptions {
  readonly pool: Pool;
  readonly log: JobDeps['sync']['log'];
  readonly concurrency: number;
  readonly crontab: string;
  /** What is run; `ending` tells its jobs to end at their next commit. */
  readonly tasks: (ending: AbortSignal) => TaskList;
  /** Told that a runner is no more, under whose name jobs may still be locked. */
  readonly onGone: (poolId: string) => void;
}

export interface KeptQueue {
  /** Name under which jobs are locked now; null between two runners. */
  poolId(): string | null;
  /** Ends when it must not go on: a newer release has changed the queue's tables. */
  readonly finished: Promise<void>;
  /** Lets running jobs end at their next commit. Some may stay locked. */
  stop(): Promise<void>;
}

/** Pause before a runner that gave up is followed by another, in milliseconds. */
const REST_MS = 1000;
/** How the library says that a newer release has changed its tables. */
const CHANGED = 57;

/**
 * Runs the queue until stopped, whatever the database does meanwhile. The library gives up when it cannot write down that a job has ended
 * (0.18.0), which a restart of the database is enough for: then its jobs are told to end, and another runner begins as soon as the database
 * answers. What was done and not written down is done again, which changes nothing.
 * @throws when the first runner cannot begin
 */
export async function keepQueue(options: QueueOptions): Promise<KeptQueue> {
  const { log } = options;
  const stopping = new AbortController();
  let poolId: string | null = null;
  let current: Runner | null = null;

  const begin = async (): Promise<Runner> => {
    const ending = new AbortController();
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      poolId = workerPool.id;
    });
    events.on('pool:gracefulShutdown', ({ message }) => ending.abort(new Error(message)));
    return run({
      pgPool: options.pool,
      taskList: options.tasks(AbortSignal.any([stopping.signal, ending.signal])),
      concurrency: options.concurrency,
      crontab: options.crontab,
      pollInterval: 1000,
      noHandleSignals: true,
      events,
      logger: quiet(log),
      // Only a batch's failure is told; a single job's ends the process, because nobody waits for it.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
  };

  const goOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let because: unknown = null;
      try {
        current ??= await begin();
        await current.promise;
      } catch (error) {
        because = error;
      }
      if (stopping.signal.aborted || process.exitCode === CHANGED) return;
      log.warn({ worker: poolId, err: because }, 'the queue gave up, probably for want of a database; it begins again');
      if (poolId !== null) options.onGone(poolId);
      poolId = null;
      current = null;
      await sleep(REST_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  current = await begin();
  const ended = goOn();
  return {
    poolId: () => poolId,
    finished: ended,
    stop: async () => {
      stopping.abort(new Error('the worker is stopping'));
      await current?.stop().catch(() => undefined);
      await ended;
    },
  };
}

/** The queue's own log, a level lower than ours: what it says of every job is of interest only when something is wrong. */
export function quiet(log: JobDeps['sync']['log']): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ component: 'queue' }, message);
    else log.debug({ component: 'queue' }, message);
  });
}
