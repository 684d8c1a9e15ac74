import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DERIVATIONS } from '../../src/store/derivations.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { TABLES } from '../../src/store/tables.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { RowSeeder } from '../support/seed-rows.ts';

let rig: EngineRig;
let seeder: RowSeeder;
beforeAll(async () => {
  rig = await EngineRig.open();
  seeder = await RowSeeder.open(rig.instance.adminUrl);
});
afterAll(async () => {
  await seeder.close();
  await rig.close();
});

/** Late in the evening in Chile, the next day in UTC. */
const EVENING = '2026-11-02T02:30:00Z';
const COLUMNS = DERIVATIONS.flatMap(({ table, columns }) => columns.map((column) => [table, column] as const));

/** A tenant of which nothing derived is right yet: one row in each table that has something derived. */
async function underived() {
  const tenant = await rig.tenant();
  const { tenantId, shop, odoo } = tenant;
  await seeder.client.query(
    `insert into ops.streams (tenant_id, connection_id, stream, lane, covered_until) values ($1, $2, 'orders', 'live', $3)
     on conflict (tenant_id, connection_id, stream, lane) do update set covered_until = excluded.covered_until`,
    [tenantId, shop.connectionId, '2026-11-02T03:00:00Z'],
  );
  const order = (total: number, values: Record<string, unknown>) =>
    seeder.order(tenantId, total, { created_at: EVENING, business_day: '2000-01-01', ...values });
  const original = await order(1000, {
    connection_id: shop.connectionId,
    shop_order_id: '1',
    shop_order_name: '1001',
    created_on: '2026-11-01',
  });
  const foreign = { source: 'odoo', connection_id: odoo.connectionId, currency_source: 'CLF', fx_rate: null };
  const mirror = await order(3, { ...foreign, shop_order_id: '1', shop_order_name: '1001' });
  const waiting = await order(5, { ...foreign, shop_order_name: '4040' });
  const byName = await order(7, { ...foreign, shop_order_name: '1001' });
  const put = (table: string, values: Record<string, unknown>) =>
    seeder.insert(table, { tenant_id: tenantId, created_at: EVENING, business_day: '2000-01-01', ...values });
  const bare = (table: string, values: Record<string, unknown>) => seeder.insert(table, { tenant_id: tenantId, ...values });
  const shopper = await bare('public.customers', { source: 'shopify', kind: 'person', email_key: 'a' });
  const partner = await bare('public.customers', { source: 'odoo', kind: 'person', email_key: 'a' });
  await order(11, { connection_id: shop.connectionId, customer_id: partner });
  await put('public.abandoned_checkouts', { source: 'shopify', customer_id: shopper, has_contact: true, currency_source: 'CLP' });
  await bare('public.exchange_rates', { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-10-30', rate: '39800.5' });
  // Valid for the day in UTC, which is not the local one.
  await bare('public.exchange_rates', { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-02', rate: '1' });
  await put('public.refunds', {
    order_id: original,
    currency_source: 'CLF',
    amount_total_source: 2,
    counts: false,
    fx_rate: null,
    created_on: '2026-11-01',
  });
  await bare('public.invoices', {
    currency_source: 'CLF',
    amount_total_source: 2,
    amount_untaxed_source: 1,
    amount_total_company: 79601,
    amount_total: 1,
  });
  await put('public.order_payments', { order_id: original });
  await put('public.payouts', {});
  await put('public.payout_transactions', { order_id: original });
  await bare('public.source_order_lines', { order_id: original, product_id: original, sku: 'A', amount_source: 1000, units: 2 });
  const inbox = await bare('public.inboxes', { channel: 'Email', opening_zone: 'America/Santiago' });
  const resolved = { status: 'resolved', last_activity_at: '2026-11-02T02:50:00Z' };
  const conversation = await put('public.conversations', { inbox_id: inbox, channel: 'WhatsApp', labels: [], ...resolved });
  const say = (minute: number, values: Record<string, unknown>) =>
    put('public.messages', { conversation_id: conversation, created_at: `2026-11-02T02:${minute}:00Z`, direction: 'outgoing', ...values });
  await say(30, { direction: 'incoming', sender_kind: 'contact' });
  await say(31, { sender_kind: 'agent_bot' });
  await say(40, { sender_kind: 'user', agent_id: randomUUID() });
  await put('public.conversation_events', { conversation_id: conversation, name: 'conversation_resolved' });
  await put('public.csat_responses', { conversation_id: conversation });
  await bare('public.inventory_snapshots', { source: 'odoo', day: '2026-11-01', on_hand: 3, reserved: 1, available: 2 });
  const workflow = await bare('public.workflows', { name: 'Despacho', tags: [] });
  for (const table of ['public.workflow_executions', 'public.workflow_executions_other'])
    await put(table, { workflow_id: workflow, source: 'n8n', status: 'error', source_status: 'error', mode: 'trigger', duration_ms: 250 });
  return { ...tenant, original, mirror, waiting, byName };
}

test('every column that a batch derives is derived again by a rebuild', () => {
  const derived = Object.values(TABLES).flatMap(({ table, derived: always, initial = {} }) =>
    Object.keys({ ...always, ...initial }).map((column) => `${table}.${column}`),
  );
  const rebuilt = new Set(COLUMNS.map(([table, column]) => `${table}.${column}`));
  expect(derived.filter((column) => !rebuilt.has(column))).toEqual([]);
});

test('every derivation can be made anew for some of its rows alone', () => {
  const unbound = DERIVATIONS.filter(({ select, touch }) => !select.includes(`$2::${touch.type}[]`));
  expect(unbound.map(({ table }) => table)).toEqual([]);
});

test('a rebuild derives everything from the facts, and then finds nothing more', async () => {
  const { tenantId, rows, original, mirror, waiting, byName } = await underived();
  const found = await rebuildTenant(rig.db, tenantId);
  expect(found).toContainEqual({ table: 'public.source_orders', key: mirror, column: 'amount_total', before: null, after: '119402' });
  // What rests on a fact that is put right follows in the same transaction: its links, voices, refunds and roll-ups are no findings of their own.
  expect([...new Set(found.map(({ table }) => table))]).not.toContain('public.order_links');
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  const orders = await rows(
    `select id, business_day::text as day, fx_date::text as fx, trim_scale(amount_total)::int as total, silent_because as silent
     from public.source_orders order by amount_total_source desc`,
  );
  expect(orders).toEqual([
    { id: original, day: '2026-11-01', fx: null, total: 1000, silent: null },
    { id: expect.any(String) as string, day: '2026-11-01', fx: null, total: 11, silent: null },
    { id: byName, day: '2026-11-01', fx: '2026-10-30', total: 278604, silent: 'mirror' },
    { id: waiting, day: '2026-11-01', fx: '2026-10-30', total: 199003, silent: 'waiting' },
    { id: mirror, day: '2026-11-01', fx: '2026-10-30', total: 119402, silent: 'mirror' },
  ]);
  expect(await rows('select erp_order_id as erp, rule from public.order_links order by rule')).toEqual([
    { erp: mirror, rule: 'id' },
    { erp: byName, rule: 'name' },
  ]);
  expect(
    await rows(
      'select day::text, source, orders::int, amount_total::int as sold, refunds::int, refunds_amount::int as back from kpi.sales_daily',
    ),
  ).toEqual([{ day: '2026-11-01', source: 'shopify', orders: 2, sold: 1011, refunds: 1, back: 79601 }]);
  expect(await rows('select sales::int, amount_total::int as sold, first_day::text from kpi.customer_sales')).toEqual([
    { sales: 1, sold: 11, first_day: '2026-11-01' },
  ]);
  expect(await rows('select carts::int, bought_at is not null as bought from kpi.carts')).toEqual([{ carts: 1, bought: true }]);
  expect(await rows('select day::text, channel, opened::int from kpi.conversations_daily')).toEqual([
    { day: '2026-11-01', channel: 'Email', opened: 1 },
  ]);
  expect(await rows('select day::text, errors::int, duration_ms_sum::int as ms from kpi.executions_daily')).toEqual([
    { day: '2026-11-01', errors: 1, ms: 250 },
  ]);
  for (const table of ['public.workflow_executions', 'public.workflow_executions_other'])
    expect(await rows(`select workflow_name as name, business_day::text as day from ${table}`)).toEqual([
      { name: 'Despacho', day: '2026-11-01' },
    ]);
});

describe('a derived cell that is wrong', () => {
  let world: Awaited<ReturnType<typeof underived>>;
  beforeAll(async () => {
    world = await underived();
    await rebuildTenant(rig.db, world.tenantId);
  });
  const everything = async () => {
    const all: Record<string, unknown> = {};
    for (const { table } of DERIVATIONS)
      all[table] = await world.rows(`select to_jsonb(t) as row from ${table} t where tenant_id = $1 order by to_jsonb(t)::text`, [
        world.tenantId,
      ]);
    return all;
  };
  const SPOIL: Record<string, string> = {
    created_at: "created_at = created_at + interval '1 hour' where tenant_id = $1 and created_on is not null",
    speaks: "speaks = true, silent_because = null where tenant_id = $1 and silent_because = 'mirror'",
    silent_because: "silent_because = 'waiting' where tenant_id = $1 and silent_because = 'mirror'",
    direction: "direction = case direction when 'to_human' then 'to_bot' else 'to_human' end where tenant_id = $1",
    via: "via = case via when 'status' then 'event' else 'status' end where tenant_id = $1",
    ended_by: "ended_by = case ended_by when 'reply' then 'resolution' else 'reply' end where tenant_id = $1 and ended_by is not null",
    ended_at: "ended_at = ended_at + interval '1 hour' where tenant_id = $1 and ended_at is not null",
    clock: "clock = case clock when 'wall' then 'business' else 'wall' end where tenant_id = $1",
    resolved_at: "resolved_at = resolved_at + interval '1 hour' where tenant_id = $1 and resolved_at is not null",
    resolved_at_source: "resolved_at_source = 'webhook' where tenant_id = $1 and resolved_at is not null",
    rule: "rule = case rule when 'id' then 'name' else 'id' end where tenant_id = $1",
  };
  const byType = (type: string, column: string) => {
    if (type === 'date') return `coalesce(${column}, '2026-01-01') + 1`;
    if (type === 'boolean') return `not ${column}`;
    if (type === 'timestamp with time zone') return `coalesce(${column}, '2026-01-01') + interval '1 day'`;
    if (type === 'uuid') return 'gen_random_uuid()';
    if (type === 'integer[]') return 'array[1, 2]';
    if (type.startsWith('timestamp')) return `coalesce(${column}, '2026-01-01') + interval '1 hour'`;
    return type === 'text' ? "'wrong'" : `coalesce(${column}, 0) + 1`;
  };

  test.each(COLUMNS)('is found and put right: %s.%s', async (table, column) => {
    const { tenantId } = world;
    const before = await everything();
    const type = (await seeder.columns(table)).find(({ name }) => name === column)?.type ?? '';
    const spoil = SPOIL[column] ?? `${column} = ${byType(type, column)} where tenant_id = $1`;
    expect((await seeder.client.query(`update ${table} set ${spoil}`, [tenantId])).rowCount).toBeGreaterThan(0);
    const found = await rebuildTenant(rig.db, tenantId);
    expect(found).toContainEqual(expect.objectContaining({ table, column }));
    expect(await everything()).toEqual(before);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });

  test.each(DERIVATIONS.filter(({ wholeRows }) => wholeRows).map(({ table, key }) => [table, key] as const))(
    'is found when it is a row too few or too many: %s',
    async (table, [first]) => {
      const { tenantId } = world;
      const facts = async () => (await world.rows<{ n: number }>(`select count(*)::int as n from ${table}`))[0]!.n;
      const n = await facts();
      await seeder.client.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
      expect(await rebuildTenant(rig.db, tenantId)).toContainEqual(expect.objectContaining({ table, column: null, before: null }));
      expect(await facts()).toBe(n);
      const stray = first === 'day' ? "'2001-01-01'" : 'gen_random_uuid()';
      await seeder.client.query(
        `create temp table stray as select * from ${table} where tenant_id = '${tenantId}' limit 1; update stray set ${first} = ${stray};
         insert into ${table} select * from stray; drop table stray`,
      );
      expect(await rebuildTenant(rig.db, tenantId)).toEqual([expect.objectContaining({ table, column: null, after: null })]);
      expect(await facts()).toBe(n);
    },
  );
});

test('a rebuild waits for the writer that is at work, and its locks make planned batches plan again', async () => {
  const { tenantId, rows } = await underived();
  const versions = () => rows<{ v: number }>(`select sum(version)::int as v from ops.tenant_write where tenant_id = '${tenantId}'`);
  const before = (await versions())[0]!.v;
  let done = false;
  let waiting: Promise<unknown> = Promise.resolve();
  await rig.db.transaction(tenantId, async ({ query }) => {
    await query('update ops.tenant_write set version = version where tenant_id = $1', [tenantId]);
    waiting = rebuildTenant(rig.another(), tenantId).then(() => (done = true));
    // It is seen waiting for this transaction's lock; nothing else here waits.
    for (;;) {
      const blocked = await rig.db.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (blocked.rows[0]!.n > 0) break;
    }
    expect(done).toBe(false);
  });
  await waiting;
  expect(done).toBe(true);
  expect((await versions())[0]!.v).toBeGreaterThan(before + 3);
});

test('another tenant is neither looked at nor changed', async () => {
  const mine = await underived();
  const other = await underived();
  await rebuildTenant(rig.db, mine.tenantId);
  const days = await other.rows<{ day: string }>('select distinct business_day::text as day from public.source_orders');
  expect(days).toEqual([{ day: '2000-01-01' }]);
});

test('kpi rebuild names what it put right and exits with 3, and with 0 when there was nothing', async () => {
  const { tenantId } = await underived();
  const kpi = (...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
      const env = { ...process.env, DATABASE_URL: rig.instance.adminUrl, KPI_ROLE_SECRET: rig.instance.roleSecret };
      const child = execFile(process.execPath, [cli, '--lang', 'en', ...args], { env }, (_, out) =>
        resolve({ code: child.exitCode ?? -1, out }),
      );
    });
  const first = await kpi('rebuild', '--tenant', tenantId, '--json');
  expect(first.code, first.out).toBe(3);
  const { differences } = JSON.parse(first.out) as { differences: unknown[] };
  expect(differences).toContainEqual(
    expect.objectContaining({ table: 'public.conversations', column: 'channel', before: 'WhatsApp', after: 'Email' }),
  );
  const second = await kpi('rebuild', '--tenant', tenantId);
  expect(second).toEqual({ code: 0, out: expect.stringContaining('No difference.') as string });
}, 60_000);
