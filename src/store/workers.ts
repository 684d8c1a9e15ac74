import type { Database } from './database.ts';

const BEAT = `insert into ops.workers as w (pool_id, host, pid, peak_rss_mb) values ($1, $2, $3, $4)
  on conflict (pool_id) do update set seen_at = clock_timestamp(), peak_rss_mb = greatest(w.peak_rss_mb, excluded.peak_rss_mb)`;
const SILENT = 'select pool_id from ops.workers where seen_at < clock_timestamp() - make_interval(secs => $1)';
const FORGET = 'delete from ops.workers where pool_id = $1';

/** Says that this worker lives. */
export async function beat(
  db: Database,
  worker: { readonly poolId: string; readonly host: string; readonly pid: number; readonly peakRssMb: number },
): Promise<void> {
  await db.query(BEAT, [worker.poolId, worker.host, worker.pid, worker.peakRssMb]);
}

/** Workers that have not been heard of for so many seconds, by the database's clock. */
export async function silentWorkers(db: Database, seconds: number): Promise<string[]> {
  return (await db.query<{ pool_id: string }>(SILENT, [seconds])).rows.map((row) => row.pool_id);
}

export async function forgetWorker(db: Database, poolId: string): Promise<void> {
  await db.query(FORGET, [poolId]);
}

export interface WorkerRow {
  readonly pool_id: string;
  readonly host: string;
  readonly pid: number;
  readonly peak_rss_mb: number;
  readonly started_at: Date;
  /** Seconds since it last said that it lives, by the database's clock. */
  readonly silent_seconds: number;
}

const LIST = `select pool_id, host, pid, peak_rss_mb, started_at,
    greatest(extract(epoch from clock_timestamp() - seen_at), 0)::float8 as silent_seconds
  from ops.workers order by host, pid, pool_id`;

/** Workers that have not said farewell, silent ones included. */
export async function listWorkers(db: Database): Promise<WorkerRow[]> {
  return (await db.query<WorkerRow>(LIST)).rows;
}
