import { makeWorkerUtils } from 'graphile-worker';
import { Pool } from 'pg';
import type { Database } from '../store/database.ts';
import { listWorkers } from '../store/workers.ts';

export interface QueueCare {
  /** URL of the queue's role; a direct connection. */
  readonly queueUrl: string;
  readonly db: Database;
}

const HELD = 'select distinct locked_by from graphile_worker._private_jobs where locked_by is not null';
const RELEASABLE = 'select count(*)::int as jobs from graphile_worker._private_jobs where locked_by = any ($1)';
// Not the library's own call, for which 0 attempts are none said (0.18.0).
const RETRY = `select count(*)::int as jobs from graphile_worker.reschedule_jobs(
    array(select j.id from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where j.locked_at is null and j.attempts >= j.max_attempts and ($1::text is null or t.identifier = $1)),
    run_at => now(), attempts => 0)`;

/**
 * Releases the jobs of workers that are no more: those that have said nothing for so long, and those nobody has heard of. The queue itself
 * would keep them for four hours. A frozen worker that wakes up finds its epoch old and writes nothing.
 * @returns how many jobs
 */
export async function releaseDeadJobs({ queueUrl, db }: QueueCare, deadAfterSeconds: number): Promise<number> {
  return withUtils(queueUrl, async (utils, pool) => {
    const alive = new Set((await listWorkers(db)).flatMap((one) => (one.silent_seconds <= deadAfterSeconds ? [one.pool_id] : [])));
    const holders = (await pool.query<{ locked_by: string }>(HELD)).rows.map((row) => row.locked_by).filter((id) => !alive.has(id));
    if (holders.length === 0) return 0;
    const { jobs } = (await pool.query<{ jobs: number }>(RELEASABLE, [holders])).rows[0]!;
    await utils.forceUnlockWorkers(holders);
    return jobs;
  });
}

/** Gives jobs that were tried as often as they may be a new life, now. @param task only those of this one @returns how many */
export async function retryFailedJobs({ queueUrl }: QueueCare, task: string | null): Promise<number> {
  return withUtils(queueUrl, async (_, pool) => (await pool.query<{ jobs: number }>(RETRY, [task])).rows[0]!.jobs);
}

const DROP = `with mine as (
    select j.id, j.locked_at from graphile_worker._private_jobs j where j.payload ->> 'tenant_id' = $1),
  dropped as (select count(*) from graphile_worker.complete_jobs(array(select id from mine where locked_at is null)))
  select count(*) filter (where locked_at is not null)::int as busy, (select * from dropped) as dropped from mine`;

/** Takes a tenant's jobs out of the queue. @returns how many a worker is at right now: those go on */
export async function dropTenantJobs({ queueUrl }: Pick<QueueCare, 'queueUrl'>, tenantId: string): Promise<number> {
  return withUtils(queueUrl, async (_, pool) => (await pool.query<{ busy: number }>(DROP, [tenantId])).rows[0]!.busy);
}

async function withUtils<T>(
  queueUrl: string,
  work: (utils: Awaited<ReturnType<typeof makeWorkerUtils>>, pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = new Pool({ connectionString: queueUrl, max: 2, application_name: 'kpi-queue' });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const utils = await makeWorkerUtils({ pgPool: pool });
    try {
      return await work(utils, pool);
    } finally {
      await utils.release();
    }
  } finally {
    await pool.end();
  }
}
