import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { removeOldExports } from '../../src/jobs/old-exports.ts';
import { tasks } from '../../src/jobs/tasks.ts';
import { sharedKey } from '../../src/normalize/identity-keys.ts';
import { expectDescribed, type Description } from '../support/gateway-description.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';
import { syncDeps, withoutMessages } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rig: GatewayRig;
let exportsFolder: string;
let operator: string;
let description: Description;
beforeAll(async () => {
  exportsFolder = await mkdtemp(join(tmpdir(), 'kpi-exports-'));
  rig = await GatewayRig.open({ exportsFolder });
  operator = await rig.token(['operate']);
  // The companies come with a row in every table, also in those that tell of what nobody did.
  for (const table of ['ops.tenant_jobs', 'ops.erased', 'ops.erasures']) await rows(`delete from ${table}`);
  description = (await rig.ask(null, '/openapi.json')).body as unknown as Description;
});
afterAll(async () => {
  await rig.close();
  await rm(exportsFolder, { recursive: true, force: true });
});

const rows = async <R extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<R[]> =>
  (await rig.two.seeder.client.query<R>(text, values)).rows;

/** Does the jobs that are queued, as a worker would, by the payloads they were queued with. */
async function work(): Promise<void> {
  const { database } = rig.two;
  const care: JobDeps['care'] = {
    queueUrl: database.url('kpi_queue'),
    directUrl: database.adminUrl,
    roleSecret: database.roleSecret,
    release: '0.0.0',
    exportsFolder,
    forgetSecret: () => Promise.resolve(false),
    metabaseToLeave: () => Promise.resolve(null),
  };
  const deps: JobDeps = {
    db: rig.db,
    sync: syncDeps(rig.db),
    ...withoutMessages(rig.db),
    sliceMs: 1000,
    streamsOf: () => [],
    jobFor: () => Promise.reject(new Error('no source')),
    care,
  };
  const run = tasks(deps, new AbortController().signal)['tenant_job']!;
  const queued = await rows<{ payload: Record<string, unknown>; id: string }>(
    `select j.id, j.payload from graphile_worker._private_jobs j where j.key like 'tenant_job:%'`,
  );
  expect(queued.length).toBeGreaterThan(0);
  for (const { payload, id } of queued) {
    // At work, as whoever erases a company will see it.
    await rows(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'test' where id = $1`, [id]);
    await run(payload, {} as never);
    await rows('delete from graphile_worker._private_jobs where id = $1', [id]);
  }
}

const result = (answer: Answer) => answer.body['result'] as Record<string, unknown>;

test('a company is exported by a worker, asked for twice it is one job, and its files are fetched by whoever may see it', async () => {
  const { a, b } = rig.two;
  const path = `/api/operations/tenants/${a.tenantId}/export`;
  const asked = await rig.ask(operator, path, { reason: 'lo pidió la empresa' });
  expect([asked.status, asked.body['state']]).toEqual([202, 'queued']);
  expect((await rig.ask(operator, path, { reason: 'otra vez' })).body['id']).toBe(asked.body['id']);
  const address = String(asked.body['status_url']);
  expect(asked.headers.get('location')).toBe(address);
  await work();
  const done = await rig.ask(operator, address);
  expectDescribed(description, 'showTenantJob', done);
  expect(done.body).toMatchObject({ kind: 'export', state: 'done', problem: null, reason: 'lo pidió la empresa' });
  const files = result(done)['files'] as { file: string; rows?: number; bytes?: number }[];
  const orders = files.find(({ file }) => file === 'public.source_orders.csv')!;
  expect(orders.rows).toBeGreaterThan(0);

  const ask = () => fetch(`${rig.url}${address}/files/${orders.file}`, { headers: { authorization: `Bearer ${operator}` } });
  // Whoever was cut off asks again.
  await (await ask()).text();
  const fetched = await ask();
  expect(fetched.headers.get('content-disposition')).toBe('attachment; filename="public.source_orders.csv"');
  const text = await fetched.text();
  expect(Buffer.byteLength(text)).toBe(orders.bytes);
  expect(text).toContain(a.tenantId);
  expect(text).not.toContain(b.tenantId);

  const other = await rig.token(['operate'], b.tenantId);
  for (const place of [address, `${address}/files/${orders.file}`]) expect((await rig.ask(other, place)).status).toBe(404);
  expect((await rig.ask(await rig.token(['read']), address)).status).toBe(403);
  for (const name of ['..%2F..%2Fetc%2Fpasswd', '..', 'nothing.csv']) {
    const odd = await rig.ask(operator, `${address}/files/${name}`);
    expect([400, 404]).toContain(odd.status);
  }
  const [{ actor, reason } = { actor: '', reason: '' }] = await rows<{ actor: string; reason: string }>(
    `select actor, details ->> 'reason' as reason from ops.audit where tenant_id = $1 and action = 'tenant.export'`,
    [a.tenantId],
  );
  expect([actor.startsWith('token:'), reason]).toEqual([true, 'lo pidió la empresa']);
});

test('an export goes after seven days, and not before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-old-exports-'));
  for (const job of ['old', 'new']) await mkdir(join(folder, 'tenant', job), { recursive: true });
  const days = (n: number) => new Date(Date.now() - n * 86_400_000);
  await utimes(join(folder, 'tenant', 'old'), days(7.1), days(7.1));
  await utimes(join(folder, 'tenant', 'new'), days(6.9), days(6.9));
  await removeOldExports(folder);
  expect(await readdir(join(folder, 'tenant'))).toEqual(['new']);
  await rm(folder, { recursive: true });
});

test('a person is erased by what they are known by; nothing of what was typed is kept or repeated, and who and why are', async () => {
  const { a, b } = rig.two;
  const key = createHmac('sha256', 'test').update(a.tenantId).digest();
  const email = 'ana.maria@example.cl';
  await rows(`update public.customers set email_key = $2, kind = 'person' where tenant_id = $1`, [
    a.tenantId,
    sharedKey(key, 'email', email),
  ]);
  const path = `/api/operations/tenants/${a.tenantId}/customers/erase`;
  const body = { email, reason: 'solicitud 2026-118' };
  const looked = await rig.ask(operator, path, { ...body, dry_run: true });
  expect(looked.body).toMatchObject({ erased: false, records: [{ partly: false }, { partly: false }] });
  expect(await rows('select from ops.erased where tenant_id = $1 and kind = $2', [a.tenantId, 'email'])).toHaveLength(0);
  const erased = await rig.ask(operator, path, body);
  expectDescribed(description, 'eraseCustomer', erased);
  expect(erased.body).toMatchObject({ erased: true, records: [{ partly: false }, { partly: false }] });
  expect(await rows('select from public.customers where tenant_id = $1 and email_key is not null', [a.tenantId])).toHaveLength(0);
  const [{ actor, reason } = { actor: '', reason: '' }] = await rows<{ actor: string; reason: string }>(
    `select actor, details ->> 'reason' as reason from ops.audit where tenant_id = $1 and action = 'customer.erase'`,
    [a.tenantId],
  );
  expect([actor.startsWith('token:'), reason]).toEqual([true, 'solicitud 2026-118']);

  const odd = await rig.ask(operator, path, { phone: 'llámame', reason: 'x' });
  expect([odd.status, odd.body['code']]).toEqual([422, 'not_identifiable']);
  expect(odd.text).not.toContain('llámame');
  expect((await rig.ask(operator, path, { email, rut: '11.111.111-1', reason: 'x' })).status).toBe(400);
  expect((await rig.ask(operator, path, { email })).status).toBe(400);
  expect((await rig.ask(operator, path, { id: '99999999-9999-4999-8999-999999999999', reason: 'x' })).body['code']).toBe(
    'no_such_customer',
  );
  expect(JSON.stringify(rig.lines)).not.toContain('ana.maria');
  expect((await rig.ask(await rig.token(['operate'], b.tenantId), path, body)).status).toBe(404);
});

test('a company is erased only by a credential of all, with its RUT typed; the job outlives it and tells how it went', async () => {
  const { a, b } = rig.two;
  const [{ rut } = { rut: '' }] = await rows<{ rut: string }>('select rut from public.tenants where id = $1', [b.tenantId]);
  const path = `/api/operations/tenants/${b.tenantId}/erase`;
  const bound = await rig.ask(await rig.token(['operate'], b.tenantId), path, { confirm_rut: rut, reason: 'x' });
  expect(bound.status).toBe(403);
  expectDescribed(description, 'eraseTenant', bound);
  const [{ rut: wrong } = { rut: '' }] = await rows<{ rut: string }>('select rut from public.tenants where id = $1', [a.tenantId]);
  const mistaken = await rig.ask(operator, path, { confirm_rut: wrong, reason: 'fin de contrato' });
  expect([mistaken.status, mistaken.body['code']]).toEqual([422, 'rut_does_not_match']);
  expectDescribed(description, 'eraseTenant', mistaken);
  expect((await rig.ask(operator, path, { reason: 'fin de contrato' })).status).toBe(400);
  expect(await rows(`select from ops.tenant_jobs where kind = 'erase'`)).toHaveLength(0);

  await rig.ask(operator, `/api/operations/tenants/${b.tenantId}/export`, { reason: 'antes de irse' });
  await work();
  expect((await stat(join(exportsFolder, b.tenantId))).isDirectory()).toBe(true);
  const asked = await rig.ask(operator, path, { confirm_rut: rut, reason: 'fin de contrato' });
  expect(asked.status).toBe(202);
  expectDescribed(description, 'eraseTenant', asked);
  await work();
  const done = await rig.ask(operator, String(asked.body['status_url']));
  expectDescribed(description, 'showTenantJob', done);
  expect(done.body).toMatchObject({ kind: 'erase', state: 'done', problem: null });
  expect(result(done)['rows']).toBeGreaterThan(10);
  expect(await rows('select from public.source_orders where tenant_id = $1', [b.tenantId])).toHaveLength(0);
  // Of its other jobs and exports nothing is left.
  expect(await rows<{ kind: string }>('select kind from ops.tenant_jobs where tenant_id = $1', [b.tenantId])).toEqual([{ kind: 'erase' }]);
  await expect(stat(join(exportsFolder, b.tenantId))).rejects.toMatchObject({ code: 'ENOENT' });
  const audits = await rows<{ text: string }>(
    `select action || ': ' || (details ->> 'reason') as text from ops.audit where tenant_id = $1 and action like 'tenant.erase%' order by id`,
    [b.tenantId],
  );
  expect(audits.map(({ text }) => text)).toEqual(['tenant.erase: fin de contrato', 'tenant.erased: fin de contrato']);
  expect((await rig.ask(operator, path, { confirm_rut: rut, reason: 'otra vez' })).status).toBe(404);
  expect(await rows('select from public.source_orders where tenant_id = $1', [a.tenantId])).not.toHaveLength(0);
});
