import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DoctorRig } from '../support/doctor-rig.ts';
import { kpi, startKpi, until, type Ended } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rig: DoctorRig;
beforeAll(async () => {
  rig = await DoctorRig.open();
});
afterAll(() => rig.close());

const run = (...args: string[]): Promise<Ended> => kpi(['status', ...args], rig);
const stream = (change: string, name = 'executions') => rig.rows(`update ops.streams set ${change} where stream = '${name}'`);
const sound = () =>
  rig.rows(`update ops.streams set held_because = null, error_kind = null, error_code = null, error_message = null, error_advice = null,
    last_success_at = now(), covered_until = now() - interval '2 minutes', next_run_at = now() + interval '5 minutes'`);

/** The one line of the one source: its mark, the stream, and what stands below it. */
async function screen(...args: string[]): Promise<{ code: number | null; mark: string; line: string; below: string; all: string }> {
  const { code, stdout } = await run(...args);
  const lines = stdout.split('\n');
  expect(lines.filter((one) => one.length > 100)).toEqual([]);
  const at = lines.findIndex((one) => one.slice(2).startsWith('Uno '));
  const rest = lines.slice(at + 1);
  const below = rest
    .slice(
      0,
      rest.findIndex((one) => !one.startsWith('      ')),
    )
    .join('\n');
  return { code, mark: lines[at]![0]!, line: lines[at]!, below, all: stdout };
}

test('each state has its light, its line, its advice and its exit code', async () => {
  expect(await screen()).toMatchObject({ code: 0, mark: '!', line: expect.stringContaining('(loading)') });
  await sound();
  const well = await screen();
  expect(well).toMatchObject({ code: 0, mark: '✓', below: '' });
  expect(well.line).toMatch(/Uno +n8n +\w+ +(?:11\d|12\d|13\d|2) (?:s|min) /);

  await stream(`last_success_at = now() - interval '3 hours'`);
  const stale = await screen();
  expect(stale).toMatchObject({ code: 3, mark: '✗', line: expect.stringContaining('executions (stale)') });
  expect(stale.below).toContain(`kpi sync --tenant ${DoctorRig.RUT} --source n8n --stream executions`);
  await sound();
  // Read on time, and yet what it covers is old.
  await stream(`covered_until = now() - interval '3 hours'`);
  expect(await screen()).toMatchObject({ code: 3, mark: '✗', line: expect.stringMatching(/executions \(stale\) +3 h/) });

  await sound();
  await stream(`error_kind = 'transient', error_message = 'no answer', error_advice = 'wait'`);
  expect(await screen()).toMatchObject({ code: 0, mark: '!', line: expect.stringContaining('(retries)') });
  await stream(`error_kind = 'config', error_message = 'the key was refused', error_advice = 'renew it'`);
  const failing = await screen();
  expect(failing).toMatchObject({ code: 3, mark: '✗', line: expect.stringContaining('executions (fails)') });
  expect(failing.below).toContain('the key was refused. renew it');
  expect(failing.below).toContain(`→ kpi check --tenant ${DoctorRig.RUT} --source n8n`);

  await sound();
  await stream(`held_because = 'too many were refused'`);
  const held = await screen();
  expect(held).toMatchObject({ code: 3, mark: '✗', line: expect.stringContaining('executions (held)') });
  expect(held.below.replaceAll(/\s+/g, ' ')).toContain(`kpi quarantine accept --tenant ${DoctorRig.RUT} --source n8n --stream executions`);

  await sound();
  await rig.rows(`update ops.connections set status = 'paused'`);
  expect(await screen()).toMatchObject({ code: 0, mark: '‖', below: expect.stringContaining('kpi connection resume') });
  await rig.rows(`update ops.connections set status = 'active'`);
});

test('the worst stream speaks for its source, and of equals the one that lags most', async () => {
  await sound();
  await stream(`covered_until = now() - interval '30 minutes'`, 'workflows');
  expect((await screen()).line).toMatch(/workflows +30 min/);
  await stream(`held_because = 'x'`);
  expect((await screen()).line).toContain('executions (held)');
});

test('a sweep above its guard waits for a person, and days that differ from the source are told of', async () => {
  await sound();
  const of = `select tenant_id, connection_id from ops.streams where stream = 'executions'`;
  await rig.rows(`insert into ops.verified_days (tenant_id, connection_id, stream, day, verification_id, state, ours, theirs, reason)
    select tenant_id, connection_id, 'executions', ('2026-11-0' || n)::date, gen_random_uuid(), 'differs', 1, 2, 'lost' from (${of}) s, generate_series(1, 2) n`);
  const differing = await screen();
  expect(differing).toMatchObject({ code: 0, mark: '!' });
  expect(differing.below).toContain(`kpi verify --tenant ${DoctorRig.RUT} --source n8n --heal`);
  await rig.rows(`insert into ops.sweeps (tenant_id, id, connection_id, source, stream, state, dry_run, asked_by, read_seq, problem)
    select tenant_id, gen_random_uuid(), connection_id, 'n8n', 'executions', 'held', false, 'nightly', 1, '60 records are gone: kpi sweep --confirm' from (${of}) s`);
  const held = await screen();
  expect(held).toMatchObject({ code: 3, mark: '✗', below: expect.stringContaining('60 records are gone: kpi sweep --confirm') });
  expect(held.below).not.toContain('kpi sync');
  await rig.rows('delete from ops.verified_days');
  await rig.rows('delete from ops.sweeps');
  expect(await screen()).toMatchObject({ code: 0, mark: '✓' });
});

test('workers, queue, backfills, quarantine and alerts each have their line', async () => {
  await sound();
  expect((await screen()).all).toContain('Workers: none → kpi worker');
  await rig.rows(`insert into ops.workers (pool_id, host, pid) values ('a', 'here', 7)`);
  await rig.rows(`insert into ops.workers (pool_id, host, pid, seen_at) values ('b', 'here', 8, now() - interval '10 minutes')`);
  await rig.rows(`select graphile_worker.add_job('tick', '{}', run_at => now() - interval '3 minutes')`);
  await rig.rows(`with s as (select tenant_id, connection_id from ops.streams limit 1),
    b as (insert into ops.backfills (tenant_id, id, connection_id, source, stream, range_from, range_until, reason, requested_by)
      select tenant_id, '11111111-1111-4111-8111-111111111111', connection_id, 'n8n', 'executions', '2026-01-01', '2026-03-01', 'r', 'w' from s)
    insert into ops.backfill_slices (tenant_id, backfill_id, slice, slice_from, slice_until, state)
      select tenant_id, '11111111-1111-4111-8111-111111111111', n, '2026-01-01', '2026-02-01', case n when 1 then 'done' else 'waiting' end
      from s, generate_series(1, 4) n`);
  await rig.rows(`insert into ops.quarantine (tenant_id, connection_id, stream, entity, source_id, reason, payload, payload_length, payload_sha256, run_id)
    select tenant_id, connection_id, 'executions', 'execution', n::text, 'x', '{}', 2, '\\x00', gen_random_uuid()
    from ops.streams, generate_series(1, 3) n where stream = 'executions'`);
  await rig.rows(`insert into ops.alert_states (tenant_id, kind, subject, title, state, since)
    values ('${rig.tenantId}', 'stale_source', 'x', 'Algo pasa', 'firing', now())`);
  const { all, line, mark, below, code } = await screen();
  expect(all).toContain('Workers: 1 alive (here:7, here:8 silent 10 min)');
  expect(all).toMatch(/Queue: 1 wait \(oldest 3 min\), 0 run/);
  expect(all).toMatch(new RegExp(`Backfill: ${DoctorRig.RUT} n8n executions █{4}░{12} 25 % \\(1/4\\) 11111111`));
  expect([line.trim().split(/\s+/).at(-1), mark, code]).toEqual(['3', '!', 0]);
  expect(below).toContain(`kpi quarantine list --tenant ${DoctorRig.RUT} --source n8n`);
  expect(all).toContain('Alerts firing: 1 → kpi alerts list');
  expect((await run('--lang', 'es')).stdout).toContain('Procesos de trabajo: 1 vivos');
  const { stdout } = await run('--json');
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    sources: [{ rut: DoctorRig.RUT, source: 'n8n', light: 'attention', open_quarantine: 3 }],
    backfills: [{ slices: 4, slices_done: 1 }],
    alerts: [{ kind: 'stale_source' }],
    workers: [{ pid: 7 }, { pid: 8 }],
    queue: [{ task: 'tick', state: 'ready', jobs: 1 }],
  });
  // With a company, every stream of it.
  expect((JSON.parse((await run('--tenant', DoctorRig.RUT, '--json')).stdout) as { streams: unknown[] }).streams).toHaveLength(2);
});

test('many sources: those that are well are counted, unless all are wanted', async () => {
  await sound();
  await rig.rows(`insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone)
    select gen_random_uuid(), (10000000 + n) || '-0', false, 'Empresa ' || n, 'CLP', 0, 'America/Santiago' from generate_series(1, 40) n`);
  await rig.rows(`insert into ops.connections (tenant_id, id, source, name, account_key, settings, secret_ref, host)
    select id, gen_random_uuid(), 'odoo', 'Odoo', id::text, '{}', 'local:x', 'http://127.0.0.1' from public.tenants where rut like '100000%'`);
  await rig.rows(`insert into ops.streams (tenant_id, connection_id, stream, lane, last_success_at)
    select tenant_id, id, 'orders', 'live', now() from ops.connections where source = 'odoo'`);
  await rig.rows(
    `update ops.streams set held_because = 'x' where tenant_id = (select id from public.tenants where company_name = 'Empresa 7')`,
  );
  const some = (await run()).stdout;
  expect(some).toContain('Empresa 7');
  expect(some).not.toContain('Empresa 8 ');
  expect(some).toContain('and 39 sources that are well: kpi status --all');
  expect((await run('--all')).stdout).toContain('Empresa 8 ');
});

test('--watch looks again until it is told to stop', async () => {
  const watching = startKpi(['status', '--watch', '1'], rig);
  await until('it has looked twice', () => watching.said().stdout.split('Workers:').length > 2);
  watching.process.kill('SIGINT');
  expect((await watching.ended).code).toBe(3);
  expect(await run('--watch', '--json')).toMatchObject({ code: 2, stderr: expect.stringContaining('do not go together') });
});
