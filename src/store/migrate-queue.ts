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

/**
 * Brings the queue's schema `graphile_worker` to the installed version, as kpi_queue who owns it, and makes `ops.enqueue`.
 * Without a schema `ops` (a test's own migrations) there is no `ops.enqueue`.
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
  if (there.ops) await makeEnqueue(ownerUrl, queueUrl);
}

async function makeEnqueue(ownerUrl: string, queueUrl: string): Promise<void> {
  await withDirectSession(ownerUrl, async (owner) => {
    await owner.run('grant usage, create on schema ops to kpi_queue');
    try {
      await withDirectSession(queueUrl, async (queue) => queue.atomically(enqueue));
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
