import type { Database } from './database.ts';

/** Jobs of one task that are in the same state, for one holder when they run. */
export interface QueueGroup {
  readonly task: string;
  /** `ready` waits for a worker; `scheduled` for its time; `failed` was tried as often as it may be and waits for a person. */
  readonly state: 'ready' | 'scheduled' | 'running' | 'failed';
  /** Pool id of the worker that runs them. */
  readonly locked_by: string | null;
  readonly jobs: number;
  /** Seconds since the oldest became ready, began to run or failed; below 0 for what is still to come. */
  readonly oldest_seconds: number;
  /** Of one of them. */
  readonly last_error: string | null;
}

const STATE = `select task, state, locked_by, jobs::float8 as jobs,
    extract(epoch from clock_timestamp() - oldest_at)::float8 as oldest_seconds, last_error
  from ops.queue_state() order by task, state, locked_by`;

/** How full the queue is. No payload is read. */
export async function queueState(db: Database): Promise<QueueGroup[]> {
  return (await db.query<QueueGroup>(STATE)).rows;
}
