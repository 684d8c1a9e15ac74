import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tasks } from '../../src/jobs/tasks.ts';
import { addToQuarantine } from '../../src/store/quarantine.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { enqueueRetention, setRetention, showRetention } from '../../src/store/retention.ts';
import { countDue, runRetention } from '../../src/store/run-retention.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { cartDraft, customerDraft } from '../support/customer-world.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { orderDraft, syncDeps, withoutMessages } from '../support/scripted-stream.ts';

const AUTHOR = { who: 'ana', reason: 'test' };
const OLD = '2020-01-01T12:00:00Z';
let rig: EngineRig;
let tenant: Awaited<ReturnType<EngineRig['tenant']>>;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());
beforeEach(async () => {
  tenant = await rig.tenant();
});

const admin = <R extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  withDirectSession(rig.instance.adminUrl, (session) => session.run<R>(text, values));
const run = (changes: { chunkSize?: number; tenantId?: string } = {}) =>
  runRetention(rig.db, changes.tenantId ?? tenant.tenantId, { seconds: 60, author: AUTHOR, ...changes });
const count = async (table: string, tenantId = tenant.tenantId) =>
  (await admin<{ n: number }>(`select count(*)::int as n from ${table} where tenant_id = $1`, [tenantId]))[0]!.n;
let readSeq = 0;
const write = async (place: typeof tenant.shop, drafts: Parameters<EngineRig['batch']>[2]) =>
  writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));

describe('payloads', () => {
  const payloads = async (place = tenant.shop) =>
    write(
      place,
      Array.from({ length: 25 }, (_, i) => ({ ...orderDraft(String(i)), raw: { name: `#${i}` } })),
    );
  const age = (days: number, place = tenant.shop) =>
    admin(`update raw.records set synced_at = now() - make_interval(days => $2::integer) where connection_id = $1`, [
      place.connectionId,
      days,
    ]);

  test('older than 90 days go, and nothing else does', async () => {
    const other = await rig.tenant();
    await payloads();
    await payloads(other.shop);
    await age(91, other.shop);
    await age(91);
    await admin('update raw.records set synced_at = now() where tenant_id = $1 and source_id <> $2', [tenant.tenantId, '7']);
    expect(await countDue(rig.db, tenant.tenantId)).toMatchObject({ raw: 1, customers: 0 });
    expect(await count('raw.records')).toBe(25);
    expect((await run()).deleted).toMatchObject({ raw: 1 });
    expect([await count('raw.records'), await count('public.source_orders'), await count('raw.records', other.tenantId)]).toEqual([
      24, 25, 25,
    ]);
    expect(await rebuildTenant(rig.db, tenant.tenantId)).toEqual([]);
  });

  test('of one stream may be kept shorter or longer, each change with who and why', async () => {
    await payloads();
    await payloads(tenant.odoo);
    await age(40);
    await age(100, tenant.odoo);
    const of = (source: string) => ({ source, stream: 'orders', entities: ['order'] });
    await setRetention(rig.db, tenant.tenantId, { kind: 'raw', of: of('shopify'), days: 30 }, AUTHOR);
    await setRetention(rig.db, tenant.tenantId, { kind: 'raw', of: of('odoo'), days: 200 }, AUTHOR);
    expect((await run({ chunkSize: 10 })).deleted).toMatchObject({ raw: 25 });
    expect(await count('raw.records')).toBe(25);
    await setRetention(rig.db, tenant.tenantId, { kind: 'raw', of: of('odoo'), days: null }, AUTHOR);
    expect((await run()).deleted).toMatchObject({ raw: 25 });
    const audits = await admin<{ action: string; actor: string; details: Record<string, unknown> }>(
      'select action, actor, details from ops.audit where tenant_id = $1 order by id',
      [tenant.tenantId],
    );
    expect(audits.map(({ action, actor }) => `${action} ${actor}`)).toEqual(
      ['retention.set', 'retention.set', 'retention.run', 'retention.set', 'retention.run'].map((action) => `${action} ana`),
    );
    expect(audits[2]!.details).toMatchObject({ deleted: { raw: 25 }, reason: 'test' });
    expect((await showRetention(rig.db, tenant.tenantId)).last).toMatchObject({ deleted: { raw: 25 } });
  });
});

test('refusals go 30 days after they were closed; an open one waits, however old', async () => {
  const { tenantId, shop } = tenant;
  const refused = ['1', '2', '3'].map((sourceId) => ({
    entity: 'order' as const,
    sourceId,
    reason: 'x',
    payload: '{}',
    payloadLength: 2,
    payloadSha256: '00',
  }));
  await rig.db.transaction(tenantId, ({ query }) =>
    addToQuarantine(query, { tenantId, connectionId: shop.connectionId, stream: 'orders', runId: tenantId }, refused),
  );
  await admin(
    `update ops.quarantine set first_seen_at = now() - interval '90 days', state = case source_id when '1' then 'open' else 'dropped' end,
       closed_at = case source_id when '2' then now() - interval '31 days' when '3' then now() - interval '29 days' end
     where tenant_id = $1`,
    [tenantId],
  );
  expect((await run()).deleted).toMatchObject({ quarantine: 1 });
  const left = await admin<{ source_id: string }>('select source_id from ops.quarantine where tenant_id = $1 order by 1', [tenantId]);
  expect(left.map((row) => row.source_id)).toEqual(['1', '3']);
});

test('alerts that were told go after a year with their messages; what did not arrive, or not yet, waits', async () => {
  const { tenantId } = tenant;
  await admin(
    `insert into ops.alert_deliveries (tenant_id, id, kind, event, body, state, created_at, sent_at)
     select $1, gen_random_uuid(), 'low_stock', 'firing', '{}', s.state, now() - s.age, case s.state when 'sent' then now() - s.age end
     from (values ('sent', interval '366 days'), ('sent', interval '364 days'), ('dead', interval '500 days'), ('waiting', interval '500 days')) s(state, age)`,
    [tenantId],
  );
  await admin(
    `insert into ops.alert_events (tenant_id, at, kind, subject, title, event, severity, delivery_id)
     select $1, now() - make_interval(days => days), 'low_stock', days::text, 'Taza', 'firing', 'warning', gen_random_uuid()
     from unnest(array[364, 366]) days`,
    [tenantId],
  );
  expect(await countDue(rig.db, tenantId)).toMatchObject({ alert_events: 1, alert_deliveries: 1 });
  expect((await run()).deleted).toMatchObject({ alert_events: 1, alert_deliveries: 1 });
  const left = await admin<{ state: string }>('select state from ops.alert_deliveries where tenant_id = $1 order by state', [tenantId]);
  expect(left.map(({ state }) => state)).toEqual(['dead', 'sent', 'waiting']);
  expect(await admin('select subject from ops.alert_events where tenant_id = $1', [tenantId])).toEqual([{ subject: '364' }]);
  await setRetention(rig.db, tenantId, { kind: 'alerts', of: null, days: 100 }, AUTHOR);
  expect((await run()).deleted).toMatchObject({ alert_events: 1, alert_deliveries: 1 });
});

test('old runs go with their counts, but not the last of a stream, nor those a backfill reports', async () => {
  const { tenantId, shop } = tenant;
  await write(shop, [orderDraft('1')]);
  await admin(
    `insert into ops.runs (tenant_id, id, connection_id, source, stream, lane, worker, outcome, started_at)
     select r.tenant_id, gen_random_uuid(), r.connection_id, r.source, r.stream, o.lane, 'w', 'verified', now() - interval '100 days'
     from ops.runs r, unnest(array['live', 'live', 'sweep']) as o(lane) where r.tenant_id = $1`,
    [tenantId],
  );
  await admin(`update ops.runs set started_at = now() - interval '100 days' where tenant_id = $1`, [tenantId]);
  await admin(
    `insert into ops.run_counts (tenant_id, run_id, entity) select tenant_id, id, 'order' from ops.runs where tenant_id = $1
     on conflict do nothing`,
    [tenantId],
  );
  await admin(
    `update ops.streams set last_run_id = (select id from ops.runs where tenant_id = $1 and lane = 'live' limit 1)
     where tenant_id = $1 and connection_id = $2 and lane = 'live'`,
    [tenantId, shop.connectionId],
  );
  expect((await run()).deleted).toMatchObject({ runs: 2 });
  const lanes = await admin<{ lane: string }>('select lane from ops.runs where tenant_id = $1 order by 1', [tenantId]);
  expect(lanes.map(({ lane }) => lane.split(':')[0])).toEqual(['backfill', 'live']);
  expect(await count('ops.run_counts')).toBe(2);
});

describe('customers who never bought', () => {
  const customers = async () =>
    (
      await tenant.rows<Record<string, unknown>>(
        `select c.source_id, c.rut_key, c.email_key, c.phone_key, c.domain_key, c.identity_key, i.identity_id, i.anonymous
         from public.customers c join public.customer_identities i on i.tenant_id = c.tenant_id and i.customer_id = c.id order by c.source_id`,
      )
    ).map((row) => ({ ...row, identity_id: String(row['identity_id']) }));

  test('lose their keys after 24 months and stay one with whom they were; no number moves, and reading them again brings nothing back', async () => {
    const drafts = [
      customerDraft('1', { rut: '12.345.678-5', email: 'ana@x.cl' }, OLD),
      customerDraft('2', { email: 'ana@x.cl', phone: '+56911111111' }, OLD),
      customerDraft('3', { phone: '+56922222222' }, OLD),
      customerDraft('4', { company: '3' }, OLD),
      customerDraft('5', { rut: '66.666.666-6' }, OLD),
      // These two are kept: one bought, one was heard of since.
      customerDraft('6', { email: 'bea@x.cl' }, OLD),
      customerDraft('7', { email: 'eva@x.cl' }, new Date(Date.now() - 86_400_000).toISOString()),
    ];
    await write(tenant.shop, [
      ...drafts,
      orderDraft('901', { customer_id: '6' }),
      cartDraft('71', { customer: '1', at: '2020-01-01T12:00:00Z' }),
      cartDraft('72', { customer: '2', at: '2020-01-01T13:00:00Z' }),
    ]);
    const before = await customers();
    const carts = await tenant.rows('select * from kpi.carts');
    expect((await run({ chunkSize: 1 })).deleted).toMatchObject({ customers: 5 });
    const after = await customers();
    const who = (rows: typeof before) =>
      rows.map(({ identity_id, ...row }) => [row['source_id' as never], identity_id, row['anonymous' as never]]);
    expect(who(after)).toEqual(who(before));
    const keys = (rows: typeof before) =>
      new Set(
        rows.flatMap((row: Record<string, unknown>) =>
          ['rut_key', 'email_key', 'phone_key', 'domain_key', 'identity_key'].map((key) => row[key]),
        ),
      );
    const gone = keys(before.slice(0, 5)).difference(new Set([null]));
    expect(gone.size).toBeGreaterThan(5);
    expect(gone.intersection(keys(after)).difference(keys(before.slice(5)))).toEqual(new Set());
    expect(after.slice(5)).toEqual(before.slice(5));
    expect(await rebuildTenant(rig.db, tenant.tenantId)).toEqual([]);
    expect(await tenant.rows('select * from kpi.carts')).toEqual(carts);

    await write(tenant.shop, drafts);
    expect(await customers()).toEqual(after);
    expect((await run()).deleted).toMatchObject({ customers: 0 });
  });
});

test('a RUT typed at the checkout belongs to its sale and is kept with it; one that no order names any more goes', async () => {
  await write(tenant.shop, [
    customerDraft('tax:901', { rut: '12.345.678-5' }, OLD),
    customerDraft('tax:902', { rut: '9.876.543-3' }, OLD),
    orderDraft('901', { billed_to_id: 'tax:901' }),
    orderDraft('902'),
  ]);
  expect((await run()).deleted).toMatchObject({ customers: 1 });
  expect(await tenant.rows('select source_id from public.customers where rut_key is not null')).toEqual([{ source_id: 'tax:901' }]);
});

test('messages the source no longer has go after 24 months, internal notes lose their author, and no number moves', async () => {
  const { tenantId, shop } = tenant;
  await admin(
    `insert into public.messages (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, conversation_id,
       created_at, business_day, direction, private, sender_kind, agent_id, content_type, status, is_deleted, is_reply, deleted_at)
     select $1, gen_random_uuid(), $2, 'chatwoot', n::text, $3, 0, 1, $1, $3, '2020-01-01', 'outgoing', n = 2, 'user', $1, 'text', 'sent',
       false, n <> 2, case when n = 1 then now() end
     from generate_series(1, 3) n`,
    [tenantId, shop.connectionId, OLD],
  );
  await rebuildTenant(rig.db, tenantId);
  expect((await run()).deleted).toMatchObject({ messages_gone: 1, messages_author: 1 });
  expect(
    await tenant.rows(
      `select source_id, agent_id is not null as author, is_reply from public.messages where tenant_id = '${tenantId}' order by 1`,
    ),
  ).toEqual([
    { source_id: '2', author: false, is_reply: false },
    { source_id: '3', author: true, is_reply: true },
  ]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('the job goes on where its slice ended, and writes down the end only when nothing is left', async () => {
  const { tenantId, shop } = tenant;
  await admin(
    `insert into raw.records (tenant_id, id, entity, connection_id, source_id, payload, synced_at)
     select $1, gen_random_uuid(), 'order', $2, n::text, '{}', now() - interval '91 days' from generate_series(1, 50) n`,
    [tenantId, shop.connectionId],
  );
  const first = await runRetention(rig.db, tenantId, { seconds: 0, author: AUTHOR });
  expect(first.more).toBe(true);
  expect((await showRetention(rig.db, tenantId)).last).toBeNull();
  const deps = {
    db: rig.db,
    sync: syncDeps(rig.db),
    ...withoutMessages(rig.db),
    sliceMs: 1000,
    streamsOf: () => [],
    jobFor: () => Promise.reject(new Error('nothing is read')),
  };
  await tasks(deps, new AbortController().signal)['retention']!({ tenant_id: tenantId }, {} as never);
  expect(await count('raw.records')).toBe(0);
  expect((await showRetention(rig.db, tenantId)).last).toMatchObject({ deleted: { raw: 50 } });
  expect(await tenant.rows('select actor, details from ops.audit where tenant_id = $1', [tenantId])).toMatchObject([
    { actor: 'test', details: { reason: 'nightly', deleted: { raw: 50 }, more: false } },
  ]);
});

test('the tick asks for it in the night of each tenant, and once; a paused one too, an erased one never', async () => {
  const { tenantId } = tenant;
  const queued = async () => {
    await admin("delete from graphile_worker._private_jobs where key like 'retention:%'");
    await enqueueRetention(rig.db);
    return (await admin('select from graphile_worker._private_jobs where key = $1', [`retention:${tenantId}`])).length === 1;
  };
  const hour = (zone: string) => Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format());
  const zones = Array.from({ length: 24 }, (_, i) => `Etc/GMT${i <= 12 ? `-${i}` : `+${24 - i}`}`);
  const night = zones.find((zone) => hour(zone) === 3)!;
  const day = zones.find((zone) => hour(zone) === 14)!;
  const be = (zone: string, status: string) =>
    admin('update public.tenants set time_zone = $2, status = $3 where id = $1', [tenantId, zone, status]);
  await be(day, 'active');
  expect(await queued()).toBe(false);
  await be(night, 'paused');
  expect(await queued()).toBe(true);
  await be(night, 'erased');
  expect(await queued()).toBe(false);
  await be(night, 'active');
  await run();
  expect(await queued()).toBe(false);
  // Two nights without a worker.
  await admin("update ops.retention_runs set ended_at = now() - interval '49 hours' where tenant_id = $1", [tenantId]);
  await be(day, 'active');
  expect(await queued()).toBe(true);
});
