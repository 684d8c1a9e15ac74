import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { releaseDeadJobs, retryFailedJobs } from '../../src/jobs/queue-care.ts';
import { DoctorRig } from '../support/doctor-rig.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rig: DoctorRig;
beforeAll(async () => {
  rig = await DoctorRig.open();
});
afterAll(() => rig.close());

const rows = <R extends Record<string, unknown>>(text: string) => rig.rows<R>(text);
const codes: DoctorRig['codes'] = (...of) => rig.codes(...of);
const comesAndGoes: DoctorRig['comesAndGoes'] = (...of) => rig.comesAndGoes(...of);

const worker = (poolId: string, seen = 'now()') =>
  rows(`insert into ops.workers (pool_id, host, pid, seen_at) values ('${poolId}', 'here', 1, ${seen})`);
const job = (changes: string) =>
  rows(`with added as (select graphile_worker.add_job('alerts', '{}', job_key => 'doctor')) select count(*) from added`).then(() =>
    rows(`update graphile_worker._private_jobs set ${changes} where key = 'doctor'`),
  );
const clear = async () => {
  await rows('delete from graphile_worker._private_jobs');
  await rows('delete from ops.workers');
};

test('no worker lives; one has fallen silent', async () => {
  expect(await codes('queue')).toEqual(['no_worker']);
  await worker('one');
  expect(await codes('queue')).toEqual([]);
  await worker('two', "now() - interval '10 minutes'");
  expect(await codes('queue')).toEqual(['worker_silent']);
  await clear();
});

test('jobs of a worker that is no more are released by what the finding says', async () => {
  await worker('one');
  await job(`locked_by = 'gone', locked_at = now()`);
  expect(await codes('queue')).toEqual(['jobs_of_nobody']);
  expect(await releaseDeadJobs(rig.app, 75)).toBe(1);
  expect(await codes('queue')).toEqual([]);
  // What a living worker holds stays with it.
  await job(`locked_by = 'one', locked_at = now()`);
  expect(await releaseDeadJobs(rig.app, 75)).toBe(0);
  await clear();
});

test('jobs that failed for good are tried again by what the finding says', async () => {
  await worker('one');
  await job(`attempts = max_attempts, last_error = 'it broke'`);
  const { findings } = await rig.diagnose('queue');
  expect(findings).toMatchObject([
    { code: 'jobs_failed', about: 'alerts', next: { en: expect.stringContaining('kpi queue retry --task alerts') } },
  ]);
  expect(findings[0]!.what.en).toContain('it broke');
  expect(await retryFailedJobs(rig.app, 'another')).toBe(0);
  expect(await retryFailedJobs(rig.app, 'alerts')).toBe(1);
  expect(await codes('queue')).toEqual([]);
  await clear();
});

test('jobs that wait, and one that hangs', async () => {
  await worker('one');
  await job(`run_at = now() - interval '20 minutes'`);
  expect(await codes('queue')).toEqual(['jobs_late']);
  await job(`run_at = now(), locked_by = 'one', locked_at = now() - interval '1 hour'`);
  expect(await codes('queue')).toEqual(['job_hangs']);
  await clear();
});

const stream = (change: string) => rows(`update ops.streams set ${change} where stream = 'executions'`);
const sound = () =>
  stream(`held_because = null, error_kind = null, error_message = null, error_advice = null, next_run_at = now(), holder = null,
      expires_at = '-infinity', last_success_at = now()`);

test('streams that are held, fail, are abandoned, or nobody reads', async () => {
  await sound();
  await comesAndGoes('streams', 'stream_held', () => stream(`held_because = 'too many were refused'`), sound);
  await comesAndGoes('streams', 'stream_failing', () => stream(`error_kind = 'config', error_message = 'no', error_advice = 'do'`), sound);
  await comesAndGoes('streams', 'stream_abandoned', () => stream(`holder = 'gone', expires_at = now() - interval '10 minutes'`), sound);
  await comesAndGoes('streams', 'stream_overdue', () => stream(`next_run_at = now() - interval '10 minutes'`), sound);
});

test('one read that has been at it for more than an hour', async () => {
  await sound();
  const [place] = await rows<{ tenant_id: string; connection_id: string }>(`select tenant_id, connection_id from ops.streams limit 1`);
  await comesAndGoes(
    'streams',
    'stream_endless',
    async () => {
      await rows(`insert into ops.runs (tenant_id, id, connection_id, source, stream, lane, worker, started_at)
          values ('${place!.tenant_id}', gen_random_uuid(), '${place!.connection_id}', 'n8n', 'executions', 'live', 'w', now() - interval '2 hours')`);
      await stream(`holder = 'w', expires_at = now() + interval '1 minute'`);
    },
    sound,
  );
});

test('refused records: to know of, and after a month to look at', async () => {
  const add = (age: string) =>
    rows(`insert into ops.quarantine (tenant_id, connection_id, stream, entity, source_id, reason, payload, payload_length, payload_sha256, run_id, first_seen_at)
        select tenant_id, connection_id, 'executions', 'workflow_execution', '1', 'x', '{}', 2, '\\x00', gen_random_uuid(), now() - interval '${age}'
        from ops.streams where stream = 'executions'`);
  const none = () => rows('delete from ops.quarantine');
  await comesAndGoes('quarantine', 'quarantine_open', () => add('1 day'), none);
  await comesAndGoes('quarantine', 'quarantine_old', () => add('40 days'), none);
});

test('what is too old was not removed for three nights', async () => {
  const tenants = (created: string) => rows(`update public.tenants set created_at = now() - interval '${created}'`);
  await tenants('1 hour');
  await comesAndGoes(
    'retention',
    'retention_late',
    () => tenants('4 days'),
    () =>
      rows(`insert into ops.retention_runs (tenant_id, ended_at, deleted) select id, now() - interval '2 days', '{}' from public.tenants
        on conflict (tenant_id) do nothing`),
  );
  await rows('delete from ops.retention_runs');
  await tenants('1 hour');
});

test('a payload that has stayed beyond its time, though the nightly work says that it is done', async () => {
  const days = (n: number) => rows(`update raw.records set synced_at = now() - interval '${n} days' where source_id = 'old'`);
  await rows(`insert into raw.records (tenant_id, id, entity, connection_id, source_id, payload)
    select tenant_id, gen_random_uuid(), 'workflow', id, 'old', '{}' from ops.connections`);
  await days(92);
  await comesAndGoes(
    'retention',
    'payloads_too_old',
    () => days(94),
    () =>
      rows(`insert into ops.retention (tenant_id, kind, source, stream, entities, days, set_by)
      select tenant_id, 'raw', source, 'workflows', array['workflow'], 100, 'ana' from ops.connections`),
  );
  await rows("delete from raw.records where source_id = 'old'");
  await rows('delete from ops.retention');
});
