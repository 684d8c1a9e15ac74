import { Logger, runMigrations } from 'graphile-worker';
import { withDirectSession, type DirectSession } from './direct-session.ts';

type QueueOptions = {
  readonly admin: DirectSession;
  readonly ownerUrl: string;
  readonly queueUrl: string;
  readonly log: (message: string) => void;
};

/**
 * Nobody but its owner reaches the queue's tables; the writer adds jobs through this function and sees none. Its body is text and not
 * `begin atomic`, which would forbid the queue's later versions to replace add_job.
 */
const enqueue = `
  create or replace function ops.enqueue(
    identifier text, payload json default '{}', job_key text default null, run_at timestamptz default null,
    priority integer default null, max_attempts integer default null, job_key_mode text default 'replace'
  ) returns bigint
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
  as $$
    select j.id from graphile_worker.add_job(
      identifier => enqueue.identifier, payload => enqueue.payload, run_at => enqueue.run_at, max_attempts => enqueue.max_attempts,
      job_key => enqueue.job_key, priority => enqueue.priority, job_key_mode => enqueue.job_key_mode) j;
  $$;
  comment on function ops.enqueue(text, json, text, timestamptz, integer, integer, text) is
    'Adds a job to the queue (graphile_worker.add_job) with the rights of its owner. Returns the job''s number.';
  revoke all on function ops.enqueue(text, json, text, timestamptz, integer, integer, text) from public;
  grant execute on function ops.enqueue(text, json, text, timestamptz, integer, integer, text) to kpi_writer;`;

/** How full the queue is, for those who may not look into it: no payload leaves, and one row for each task, state and holder. */
const queueState = `
  create or replace function ops.queue_state(
    out task text, out state text, out locked_by text, out jobs bigint, out oldest_at timestamptz, out last_error text
  ) returns setof record
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
  as $$
    select t.identifier, s.state, j.locked_by, count(*), min(s.since), left(max(j.last_error), 500)
    from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    cross join lateral (
      select case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'failed'
          when j.run_at > now() then 'scheduled' else 'ready' end as state,
        case when j.locked_at is not null then j.locked_at when j.attempts >= j.max_attempts then j.updated_at else j.run_at end as since) s
    group by t.identifier, s.state, j.locked_by;
  $$;
  comment on function ops.queue_state() is
    'Jobs of the queue by task, state (running, failed, scheduled, ready) and holder: how many, since when the oldest, and an error of one.';
  revoke all on function ops.queue_state() from public;
  grant execute on function ops.queue_state() to kpi_writer;`;

/**
 * Brings the queue's schema `graphile_worker` to the installed version, as kpi_queue who owns it, and makes `ops.enqueue` and
 * `ops.queue_state`. Without a schema `ops` (a test's own migrations) there are none.
 */
export async function migrateQueue({ admin, ownerUrl, queueUrl, log }: QueueOptions): Promise<void> {
  const [there] = await admin.run<{ queue: boolean; ops: boolean; database: string }>(
    `select to_regnamespace('graphile_worker') is not null as queue, to_regnamespace('ops') is not null as ops,
            quote_ident(current_database()) as database`,
  );
  if (there === undefined) throw new Error('The database did not answer.');
  // The right to make schemas is lent for the one time that it is needed.
  if (!there.queue) await admin.run(`grant create on database ${there.database} to kpi_queue`);
  try {
    await withDirectSession(queueUrl, async (queue) => queue.run('alter default privileges revoke execute on functions from public'));
    await runMigrations({ connectionString: queueUrl, logger: quiet(log) });
  } finally {
    if (!there.queue) await admin.run(`revoke create on database ${there.database} from kpi_queue`);
  }
  if (there.ops) await makeFunctions(ownerUrl, queueUrl);
}

async function makeFunctions(ownerUrl: string, queueUrl: string): Promise<void> {
  await withDirectSession(ownerUrl, async (owner) => {
    await owner.run('grant usage, create on schema ops to kpi_queue');
    try {
      await withDirectSession(queueUrl, async (queue) => queue.atomically(`${enqueue}\n${queueState}`));
    } finally {
      await owner.run('revoke create on schema ops from kpi_queue');
    }
  });
}

/** The library logs each of its own migrations; only what is wrong is for people. */
function quiet(log: (message: string) => void): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log(`queue: ${message}`);
  });
}
