import { mkdtemp, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { tasks } from '../../src/jobs/tasks.ts';
import { startMetabase, type MetabaseServer } from '../../src/sandbox/metabase/server.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dropReader } from '../../src/store/reader-role.ts';
import { enqueueDue } from '../../src/store/streams.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { customerDraft } from '../support/customer-world.ts';
import { EngineRig, lineDraft, stockDraft } from '../support/engine-rig.ts';
import { everyTable, whereFound } from '../support/every-table.ts';
import { kpi, startKpi, until } from '../support/processes.ts';
import { connectTo, jobOf, orderDraft, pageOf, scripted, syncDeps, withoutMessages } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const RUT = '76042235-5';
const OTHER = '77939701-7';
const NAME = 'Tienda Por Borrar SpA';
let home: string;
let rig: EngineRig;
let metabase: MetabaseServer;
let env: Record<string, string>;

const admin = <R extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  withDirectSession(rig.instance.adminUrl, (session) => session.run<R>(text, values));
const run = (...args: string[]) => kpi(args, { home, env });
const added = async (rut: string, name: string) => {
  const ended = await run('tenant', 'add', '--rut', rut, '--name', name, '--json');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return (JSON.parse(ended.stdout) as { id: string }).id;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-erase-'));
  rig = await EngineRig.open();
  metabase = await startMetabase({ clock: () => new Date(), syncDelay: 0 });
  env = {
    DATABASE_URL: rig.instance.adminUrl,
    KPI_ROLE_SECRET: rig.instance.roleSecret,
    KPI_LOG_LEVEL: 'silent',
    METABASE_URL: metabase.url,
    METABASE_SITE_URL: 'https://bi.example.cl/',
  };
});
afterAll(async () => {
  for (const { role } of await admin<{ role: string }>('select reader_role as role from public.tenants where reader_role is not null'))
    await withDirectSession(rig.instance.adminUrl, (session) => dropReader(session, role));
  await metabase.close();
  await rig.close();
  await rm(home, { recursive: true, force: true });
});

/** A company with something in most tables. */
async function fill(tenantId: string, payloads: number): Promise<string> {
  const connectionId = await connectTo(rig.db, tenantId, 'shopify');
  const place = { tenantId, connectionId, source: 'shopify' };
  const drafts = [
    customerDraft('1', { rut: '12.345.678-5', email: 'ana@x.cl' }),
    { ...orderDraft('901', { customer_id: '1' }), raw: { name: '#901' } },
    lineDraft('901', '9011'),
    stockDraft('5', '3'),
  ];
  await writeBatch(rig.db, await rig.batch(place, 1, drafts));
  await writeBatch(rig.db, await rig.batch(place, 2, [orderDraft('x', { amount_total_source: 'x' })]));
  await admin(
    `insert into raw.records (tenant_id, id, entity, connection_id, source_id, payload)
     select $1, gen_random_uuid(), 'order', $2, n::text, '{}' from generate_series(1, $3::integer) n`,
    [tenantId, connectionId, payloads],
  );
  await admin(`insert into public.users (id, banned, locked, stated_tenants, read_seq) values ($1, false, false, array[$2::uuid], 1)`, [
    `user_${payloads}`,
    tenantId,
  ]);
  await admin(`select graphile_worker.add_job('sync', json_build_object('tenant_id', $1::text, 'connection_id', $2::text))`, [
    tenantId,
    connectionId,
  ]);
  expect((await run('metabase', 'apply', '--tenant', tenantId)).code).toBe(0);
  return connectionId;
}

test('erasing a company, killed twice on the way, leaves nothing of it in any table and everything of the others', async () => {
  const tenantId = await added(RUT, NAME);
  const other = await added(OTHER, 'La otra SpA');
  expect(await run('metabase', 'provision', '--admin-email', 'admin@example.cl')).toMatchObject({ code: 0 });
  const connectionId = await fill(tenantId, 300_000);
  await fill(other, 10);
  await mkdir(join(home, 'secrets'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'secrets', 'tienda.json'), '{}', { mode: 0o600 });
  await admin('update ops.connections set secret_ref = $2 where id = $1', [connectionId, 'local:tienda']);
  const [{ role } = { role: '' }] = await admin<{ role: string }>('select reader_role as role from public.tenants where id = $1', [
    tenantId,
  ]);
  const ofOther = async () =>
    [...(await everyTable(rig.instance.adminUrl))].map(
      ([table, text]) =>
        [
          table,
          text
            .split('\n')
            .filter((line) => line.includes(other))
            .sort(),
        ] as const,
    );
  const before = await ofOther();
  expect(before.flatMap(([, lines]) => lines).length).toBeGreaterThan(30);

  const nobody = await run('tenant', 'erase', RUT, '--reason', 'fin de contrato');
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining(`--confirm ${RUT}`) as string });
  const mistaken = await run('tenant', 'erase', RUT, '--reason', 'fin de contrato', '--confirm', OTHER);
  expect(mistaken).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was erased') as string });

  const { METABASE_URL: _, ...without } = env;
  expect(await kpi(['tenant', 'erase', RUT, '--reason', 'x', '--confirm', RUT], { home, env: without })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--leave-metabase') as string,
  });

  const erase = ['tenant', 'erase', RUT, '--reason', 'fin de contrato', '--confirm', RUT];
  for (const at of [/^reader$/m, /^raw\.records \d/m]) {
    const killed = startKpi(erase, { home, env });
    const over = killed.ended.then(({ stderr }) => stderr);
    const early = await Promise.race([over, until(`it says ${at}`, () => at.test(killed.said().stderr))]);
    expect(early, `it ended before: ${early}`).toBe(true);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();
    expect(await admin('select from ops.erasures')).toHaveLength(1);
  }
  expect(await run('sync', '--tenant', tenantId)).toMatchObject({ code: 2, stderr: expect.stringContaining('erased') as string });
  // What is half gone is read by nobody any more, and a run that was still at it writes nothing.
  const late = await runSync(
    syncDeps(rig.db),
    jobOf({ tenantId, connectionId, source: 'shopify' }, scripted([pageOf([orderDraft('902')])])),
  );
  expect(late.complete).toBe(false);

  const ended = await run(...erase, '--json');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const contents = await everyTable(rig.instance.adminUrl);
  const found = whereFound(contents, [tenantId, connectionId, RUT, NAME, role]);
  expect(found).toEqual([`${tenantId} in ops.audit`, `${RUT} in ops.audit`, `${tenantId} in public.tenants`]);
  expect(contents.get('public.tenants')).toContain(`erased:${tenantId}`);
  expect(await admin('select from pg_roles where rolname = $1', [role])).toEqual([]);
  await expect(stat(join(home, 'secrets', 'tienda.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await ofOther()).toEqual(before);
  const audits = await admin<{ action: string; details: { reason: string } }>(
    `select action, details from ops.audit where tenant_id = $1 and action like 'tenant.erase%' order by id`,
    [tenantId],
  );
  expect(audits.map(({ action, details }) => `${action}: ${details.reason}`)).toEqual([
    'tenant.erase: fin de contrato',
    'tenant.erased: fin de contrato',
  ]);
  expect(await run(...erase)).toMatchObject({ code: 2, stderr: expect.stringContaining('no tenant is known') as string });
  expect(await run('tenant', 'erase', tenantId, '--reason', 'x', '--confirm', RUT)).toMatchObject({ code: 2 });
  // The RUT is free again.
  await added(RUT, 'De vuelta SpA');
});

test('a paused company is read by nothing until it is resumed, each with who and why', async () => {
  const { tenantId, shop } = await rig.tenant();
  await admin('update ops.streams set next_run_at = now() where tenant_id = $1', [tenantId]);
  const queued = async () => {
    await admin("delete from graphile_worker._private_jobs where key like 'sync:%'");
    await enqueueDue(rig.db);
    return (await admin('select from graphile_worker._private_jobs where key = $1', [`sync:${shop.connectionId}`])).length;
  };
  expect(await queued()).toBe(1);
  const paused = await run('tenant', 'pause', tenantId, '--reason', 'no paga', '--json');
  expect(JSON.parse(paused.stdout)).toMatchObject({ status: 'paused', changed: true });
  expect(await queued()).toBe(0);
  expect(JSON.parse((await run('tenant', 'pause', tenantId, '--reason', 'no paga', '--json')).stdout)).toMatchObject({ changed: false });
  expect(await run('sync', '--tenant', tenantId)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('kpi tenant resume') as string,
  });
  const read: string[] = [];
  const jobFor: JobDeps['jobFor'] = (_, __, stream) => {
    read.push(stream);
    return Promise.reject(new Error('no source'));
  };
  const deps = { db: rig.db, sync: syncDeps(rig.db), ...withoutMessages(rig.db), sliceMs: 1000, streamsOf: () => ['orders'], jobFor };
  const job = tasks(deps, new AbortController().signal);
  const sync = () => job['sync']!({ tenant_id: tenantId, connection_id: shop.connectionId }, {} as never);
  // One that was queued before.
  await sync();
  expect(read).toEqual([]);
  expect((await run('tenant', 'resume', tenantId, '--reason', 'pagó')).code).toBe(0);
  expect(await queued()).toBe(1);
  await sync();
  expect(read).toEqual(['orders']);
  const audits = await admin<{ text: string }>(
    `select action || ': ' || (details ->> 'reason') as text from ops.audit where tenant_id = $1 order by id`,
    [tenantId],
  );
  expect(audits.map(({ text }) => text)).toEqual(['tenant.pause: no paga', 'tenant.resume: pagó']);
});
