import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createServer } from '../../src/api/server.ts';
import { allConnectors } from '../../src/app.ts';
import { checkPrivacy } from '../../src/doctor/check-privacy.ts';
import type { DoctorDeps } from '../../src/doctor/deps.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { tasks } from '../../src/jobs/tasks.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { closePrivacyRequest, listPrivacyRequests } from '../../src/store/privacy-requests.ts';
import { setRetention } from '../../src/store/retention.ts';
import { countDue, runRetention } from '../../src/store/run-retention.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { customerDraft } from '../support/customer-world.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { everyTable, whereFound } from '../support/every-table.ts';
import { orderDraft, syncDeps, withoutMessages } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 60_000 });

const SHOP = 'tienda-ejemplo.myshopify.com';
const SECRET = 'shpss_0123456789abcdef';
const EMAIL = 'ana.privada@example.cl';
let rig: EngineRig;
let tenant: Awaited<ReturnType<EngineRig['tenant']>>;
let server: FastifyInstance;
let url: string;
let logged: unknown[];
let folder: string;
beforeAll(async () => {
  rig = await EngineRig.open();
  folder = await mkdtemp(join(tmpdir(), 'kpi-privacy-'));
  const write = (fields: Readonly<Record<string, unknown>>, message: string) => void logged.push({ fields, message });
  server = createServer({
    db: rig.db,
    log: { info: write, warn: write, error: write },
    clerkWebhookSecret: null,
    sourceWebhooks: {
      connectors: allConnectors,
      settingsOf: () => Promise.resolve({ shop_domain: SHOP, access_token: 'shpat_x', webhook_secret: SECRET }),
      // The key that the rig's batches are made with.
      identityKeyOf: (tenantId) => createHmac('sha256', 'test').update(tenantId).digest(),
    },
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});
let readSeq = 0;
const person = [customerDraft('207119551', { email: EMAIL }), orderDraft('901', { customer_id: '207119551' })];
const write = async () => writeBatch(rig.db, await rig.batch(tenant.shop, (readSeq += 1), person));
beforeEach(async () => {
  logged = [];
  tenant = await rig.tenant();
  await write();
});

const BODIES = {
  'customers/redact': {
    shop_id: 954889,
    shop_domain: SHOP,
    customer: { id: 207119551, email: EMAIL, phone: '+56911112222' },
    orders_to_redact: [901],
  },
  'customers/data_request': {
    shop_id: 954889,
    shop_domain: SHOP,
    orders_requested: [901],
    customer: { id: 207119551, email: EMAIL, phone: null },
    data_request: { id: 9999 },
  },
  'shop/redact': { shop_id: 954889, shop_domain: SHOP },
} as const;
type Topic = keyof typeof BODIES;

const signature = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('base64');
async function deliver(
  topic: string,
  body: string,
  more: { id?: string; signed?: string; connection?: string; source?: string } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}/api/webhooks/${more.source ?? 'shopify'}/${more.connection ?? tenant.shop.connectionId}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': SHOP,
      'x-shopify-webhook-id': more.id ?? `w-${tenant.tenantId}`,
      'x-shopify-hmac-sha256': more.signed ?? signature(body),
    },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const text = (topic: Topic) => JSON.stringify(BODIES[topic]);

/** Does the queued jobs of the tenant, as a worker would. */
async function work(): Promise<number> {
  const care: JobDeps['care'] = {
    queueUrl: rig.instance.url('kpi_queue'),
    directUrl: rig.instance.adminUrl,
    roleSecret: rig.instance.roleSecret,
    release: '0.0.0',
    exportsFolder: folder,
    forgetSecret: () => Promise.resolve(false),
    metabaseToLeave: () => Promise.resolve(null),
  };
  const jobFor = () => Promise.reject(new Error('no source'));
  const deps = { db: rig.db, sync: syncDeps(rig.db), ...withoutMessages(rig.db), sliceMs: 1000, streamsOf: () => [], jobFor, care };
  const run = tasks(deps, new AbortController().signal)['tenant_job']!;
  return withDirectSession(rig.instance.adminUrl, async (session) => {
    const jobs = await session.run<{ id: string; payload: { tenant_id: string } }>(
      `select id::text, payload from graphile_worker._private_jobs where key like 'tenant_job:%' and payload ->> 'tenant_id' = $1`,
      [tenant.tenantId],
    );
    for (const { id, payload } of jobs) {
      await run(payload, {} as never);
      await session.run('delete from graphile_worker._private_jobs where id = $1', [id]);
    }
    return jobs.length;
  });
}
const open = () => listPrivacyRequests(rig.db, tenant.tenantId);
const findings = () => checkPrivacy.run({ db: rig.db, tenantId: tenant.tenantId } as DoctorDeps, new AbortController().signal);

test('customers/redact erases the person by a job, once however often it comes, and keeps them from coming back', async () => {
  expect(await deliver('customers/redact', text('customers/redact'))).toMatchObject({ status: 200, body: { outcome: 'applied' } });
  // Sent again before and after the work is done.
  expect(await deliver('customers/redact', text('customers/redact'))).toMatchObject({ status: 200, body: { outcome: 'duplicate' } });
  expect(await findings()).toMatchObject([{ code: 'privacy_request_open' }]);
  expect(await work()).toBe(1);
  expect(await deliver('customers/redact', text('customers/redact'))).toMatchObject({ status: 200, body: { outcome: 'duplicate' } });
  expect(await work()).toBe(0);
  expect(await open()).toEqual([]);
  expect(await findings()).toEqual([]);
  const stored = () =>
    tenant.rows<{ email_key: string | null }>('select email_key from public.customers where tenant_id = $1', [tenant.tenantId]);
  expect(await stored()).toEqual([{ email_key: null }]);
  await write();
  expect(await stored()).toEqual([{ email_key: null }]);
  expect(await tenant.rows('select from public.source_orders where tenant_id = $1', [tenant.tenantId])).toHaveLength(1);
  const audits = await rig.db.query<{ action: string; actor: string }>(
    'select action, actor from ops.audit where tenant_id = $1 order by id',
    [tenant.tenantId],
  );
  expect(audits.rows[0]).toEqual({ action: 'privacy.request', actor: 'shopify' });
  expect(audits.rows.slice(1).every(({ action, actor }) => action === 'customer.erase' && actor === 'shopify')).toBe(true);
  // Nothing that was sent is anywhere, and with whom the job was about neither.
  expect(whereFound(await everyTable(rig.instance.adminUrl), [EMAIL, '56911112222'])).toEqual([]);
  expect(JSON.stringify(logged)).not.toContain(EMAIL);
  expect((await rig.db.query('select about from ops.tenant_jobs where tenant_id = $1', [tenant.tenantId])).rows).toEqual([{ about: {} }]);
});

test('customers/data_request gathers what is stored, and stays open until a person says that it was answered', async () => {
  expect((await deliver('customers/data_request', text('customers/data_request'))).status).toBe(200);
  expect(await work()).toBe(1);
  const [request] = await open();
  expect(request).toMatchObject({ topic: 'data_request', reference: '9999', job_state: 'done', problem: null, days_left: 29 });
  const contents = JSON.parse(await readFile(join(folder, tenant.tenantId, request!.job_id!, 'customer.json'), 'utf8')) as {
    tables: Record<string, Record<string, unknown>[]>;
  };
  expect(contents.tables['public.source_orders']).toMatchObject([{ name: '#901' }]);
  expect(contents.tables['public.customers']).toMatchObject([{ source_id: '207119551' }]);
  expect(Object.keys(contents.tables['public.customers']![0]!).filter((column) => column.endsWith('_key'))).toEqual([]);
  const author = { who: 'ana', reason: 'sent to the shop' };
  expect(await closePrivacyRequest(rig.db, tenant.tenantId, request!.id, author)).toBe(true);
  expect(await closePrivacyRequest(rig.db, tenant.tenantId, request!.id, author)).toBe(false);
  expect(await open()).toEqual([]);
  expect(await listPrivacyRequests(rig.db, tenant.tenantId, true)).toMatchObject([
    { state: 'done', closed_by: 'ana', note: 'sent to the shop' },
  ]);
});

test('shop/redact is written down and told to operators; it erases nothing', async () => {
  expect(await deliver('shop/redact', text('shop/redact'))).toMatchObject({ status: 200, body: { outcome: 'applied' } });
  expect(await work()).toBe(0);
  expect(await open()).toMatchObject([{ topic: 'account_redact', job_id: null }]);
  expect(await findings()).toMatchObject([{ severity: 'warning', next: { en: expect.stringContaining('kpi tenant erase') } }]);
  expect(await tenant.rows('select from public.source_orders where tenant_id = $1', [tenant.tenantId])).toHaveLength(1);
  await rig.db.query(`update ops.privacy_requests set due_at = now() - interval '1 hour' where tenant_id = $1`, [tenant.tenantId]);
  expect(await findings()).toMatchObject([{ code: 'privacy_request_overdue', severity: 'error' }]);
});

test('an answered request goes 24 months after that, one that waits never; what was asked and done stays in the audit', async () => {
  const author = { who: 'ana', reason: 'sent to the shop' };
  await deliver('customers/data_request', text('customers/data_request'), { id: 'long-ago' });
  await deliver('shop/redact', text('shop/redact'), { id: 'waits' });
  await closePrivacyRequest(rig.db, tenant.tenantId, 'long-ago', author);
  const { tenantId, shop, odoo } = tenant;
  // Ids are a source's: another connection may have the same.
  await rig.db.query(
    `insert into ops.privacy_requests (tenant_id, connection_id, id, topic, state, closed_at)
     select $1, c, i, 'redact', 'done', clock_timestamp() from (values ($2::uuid, 'lately'), ($3, 'lately'), ($3, 'long-ago')) v(c, i)`,
    [tenantId, shop.connectionId, odoo.connectionId],
  );
  await rig.db.query(
    `update ops.privacy_requests set received_at = now() - interval '900 days', due_at = now() - interval '870 days',
       closed_at = now() - make_interval(days => case when id = 'long-ago' and connection_id = $2 then 731 else 729 end)
     where tenant_id = $1`,
    [tenantId, shop.connectionId],
  );
  await rig.db.query("update ops.privacy_requests set closed_at = null where tenant_id = $1 and state = 'open'", [tenantId]);
  const run = async () => (await runRetention(rig.db, tenantId, { seconds: 60, author, chunkSize: 1 })).deleted;
  const left = async () => (await listPrivacyRequests(rig.db, tenantId, true)).map(({ source, id }) => `${source} ${id}`).sort();
  expect(await countDue(rig.db, tenantId)).toMatchObject({ privacy_requests: 1 });
  expect(await run()).toMatchObject({ privacy_requests: 1 });
  expect(await left()).toEqual(['odoo lately', 'odoo long-ago', 'shopify lately', 'shopify waits']);
  await setRetention(rig.db, tenantId, { kind: 'privacy', of: null, days: 365 }, author);
  expect(await run()).toMatchObject({ privacy_requests: 3 });
  expect(await left()).toEqual(['shopify waits']);
  const told = 'select action, actor, details ->> $2 as reason from ops.audit where tenant_id = $1 and action like $3 order by id';
  expect((await rig.db.query(told, [tenantId, 'reason', 'privacy.%'])).rows).toEqual([
    { action: 'privacy.request', actor: 'shopify', reason: 'data_request 9999' },
    { action: 'privacy.request', actor: 'shopify', reason: 'account_redact waits' },
    { action: 'privacy.close', actor: 'ana', reason: 'sent to the shop' },
  ]);
});

test('what is not signed, not of this shop, or not what its topic says changes nothing; other topics are nothing to us', async () => {
  const body = text('customers/redact');
  const refused = async (status: number, topic: string, sent: string, more: Parameters<typeof deliver>[2] = {}) =>
    expect((await deliver(topic, sent, more)).status).toBe(status);
  await refused(401, 'customers/redact', body, { signed: signature(body, 'another') });
  await refused(401, 'customers/redact', body, { signed: '' });
  await refused(401, 'customers/redact', body, { signed: signature(body).slice(0, -4) });
  // The same data in other bytes.
  await refused(401, 'customers/redact', JSON.stringify(BODIES['customers/redact'], null, 1), { signed: signature(body) });
  await refused(401, 'customers/redact', body, { connection: '99999999-9999-4999-8999-999999999999' });
  await refused(401, 'customers/redact', body, { connection: 'x' });
  await refused(401, 'customers/redact', body, { source: 'odoo', connection: tenant.odoo.connectionId });
  const elsewhere = JSON.stringify({ ...BODIES['customers/redact'], shop_domain: 'otra.myshopify.com' });
  await refused(422, 'customers/redact', elsewhere);
  // The topic stands in a header that nobody signed.
  await refused(422, 'customers/redact', text('customers/data_request'));
  await refused(422, 'shop/redact', body);
  await refused(422, 'customers/data_request', body);
  await refused(422, 'customers/redact', '[');
  expect(await deliver('orders/updated', '{"id": 901}')).toMatchObject({ status: 200, body: { outcome: 'ignored' } });
  expect(await open()).toEqual([]);
  expect(await work()).toBe(0);
  expect(JSON.stringify(logged)).not.toContain(EMAIL);
});
