import { afterAll, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { connectTo, jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';

const test_db = await testDatabase();
const db = new Database({ url: test_db.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await test_db.close();
});
const deps = syncDeps(db);

async function setUp() {
  const { tenantId, connections } = await tenantWith(db, ['shopify', 'odoo']);
  const place = (source: 'shopify' | 'odoo') => ({ tenantId, connectionId: connections[source]!, source });
  const rows = <R extends Record<string, unknown>>(text: string) =>
    db.transaction(tenantId, async ({ query }) => (await query<R>(text)).rows);
  return { tenantId, place, rows };
}

test('a page becomes rows, roll-up, balance and cursor in one commit', async () => {
  const { place, rows } = await setUp();
  const page = pageOf([orderDraft('1', { amount_total_source: '119000' }), orderDraft('2', { amount_total_source: '238000.0' })], {
    cursor: { v: 1, watermark: '2026-11-01', walk: null },
    covered: { from: null, until: '2026-11-02T00:00:00Z' },
  });
  expect(await runSync(deps, jobOf(place('shopify'), scripted([page])))).toEqual({
    outcome: 'unverified',
    complete: true,
    error: null,
    kind: null,
  });
  expect(await rows('select day::text, orders::int, amount_total::text from kpi.sales_daily')).toEqual([
    { day: '2026-11-01', orders: 2, amount_total: '357000' },
  ]);
  const streams = await rows(
    'select cursor, covered_until is not null as covered, expires_at::text as lease from ops.streams where cursor is not null',
  );
  expect(streams).toContainEqual({ cursor: { v: 1, watermark: '2026-11-01', walk: null }, covered: true, lease: '-infinity' });
});

test('a second read of the same page writes no row', async () => {
  const { place, rows, tenantId } = await setUp();
  const job = () => jobOf(place('shopify'), scripted([pageOf([orderDraft('1'), orderDraft('2')])]));
  await runSync(deps, job());
  await runSync(deps, job());
  const counts = await rows(`select sum(inserted)::int as inserted, sum(updated)::int as updated, sum(unchanged)::int as unchanged
    from ops.run_counts where tenant_id = '${tenantId}'`);
  expect(counts).toEqual([{ inserted: 2, updated: 0, unchanged: 2 }]);
  expect(await rows('select max(revision)::int as revision from public.source_orders')).toEqual([{ revision: 1 }]);
});

test('an older page never overwrites a newer row', async () => {
  const { place, rows } = await setUp();
  await runSync(
    deps,
    jobOf(place('shopify'), scripted([pageOf([orderDraft('1', { updatedAt: '2026-11-03T00:00:00Z', amount_total_source: '3' })])])),
  );
  await runSync(
    deps,
    jobOf(place('shopify'), scripted([pageOf([orderDraft('1', { updatedAt: '2026-11-02T00:00:00Z', amount_total_source: '2' })])])),
  );
  expect(await rows('select amount_total::text from public.source_orders')).toEqual([{ amount_total: '3' }]);
});

test('a mirror that comes first waits, and falls silent when its original comes', async () => {
  const { place, rows } = await setUp();
  const mirror = orderDraft('21', { name: 'S00021', shop_order_name: '1001', created_at: '2026-11-01T13:00:00Z' });
  await runSync(deps, jobOf(place('odoo'), scripted([pageOf([mirror])])));
  expect(await rows('select speaks, silent_because from public.source_orders')).toEqual([{ speaks: false, silent_because: 'waiting' }]);
  const original = orderDraft('9001', { shop_order_id: '9001', shop_order_name: '1001' });
  await runSync(deps, jobOf(place('shopify'), scripted([pageOf([original], { covered: { from: null, until: '2026-11-01T14:30:00Z' } })])));
  expect(await rows('select source, speaks, silent_because from public.source_orders order by source')).toEqual([
    { source: 'odoo', speaks: false, silent_because: 'mirror' },
    { source: 'shopify', speaks: true, silent_because: null },
  ]);
  expect(await rows('select sum(orders)::int as orders from kpi.sales_daily')).toEqual([{ orders: 1 }]);
});

test('a mirror whose original never comes counts once the shop has passed its hour of grace', async () => {
  const { place, rows } = await setUp();
  await runSync(
    deps,
    jobOf(place('odoo'), scripted([pageOf([orderDraft('22', { shop_order_name: '4040', created_at: '2026-11-01T13:00:00Z' })])])),
  );
  const covered = (until: string) => runSync(deps, jobOf(place('shopify'), scripted([pageOf([], { covered: { from: null, until } })])));
  await covered('2026-11-01T13:59:00Z');
  expect(await rows('select orders::int from kpi.sales_daily')).toEqual([]);
  await covered('2026-11-01T14:01:00Z');
  expect(await rows('select orders::int from kpi.sales_daily')).toEqual([{ orders: 1 }]);
});

test('a bad record is quarantined and everything else of the page is stored', async () => {
  const { place, rows, tenantId } = await setUp();
  const bad = orderDraft('2', { name: 'nul\u0000l' });
  await runSync(deps, jobOf(place('shopify'), scripted([pageOf([orderDraft('1'), bad, orderDraft('3')])])));
  expect(await rows('select count(*)::int as n from public.source_orders')).toEqual([{ n: 2 }]);
  expect(await rows(`select source_id, reason, state from ops.quarantine where tenant_id = '${tenantId}'`)).toEqual([
    { source_id: '2', reason: 'name: holds a NUL character', state: 'open' },
  ]);
  await runSync(deps, jobOf(place('shopify'), scripted([pageOf([orderDraft('2')])])));
  expect(await rows(`select state from ops.quarantine where tenant_id = '${tenantId}'`)).toEqual([{ state: 'recovered' }]);
});

test('a stream of which more than 5 % is refused is held: rows are kept, the cursor stays', async () => {
  const { place, rows, tenantId } = await setUp();
  const drafts = Array.from({ length: 200 }, (_, i) => orderDraft(String(i), i < 11 ? { name: '\u0000' } : {}));
  const result = await runSync(deps, jobOf(place('shopify'), scripted([pageOf(drafts, { cursor: { v: 1, watermark: 'x', walk: null } })])));
  expect(result.outcome).toBe('held');
  expect(await rows('select count(*)::int as n from public.source_orders')).toEqual([{ n: 189 }]);
  expect(
    await rows(`select cursor, held_because is not null as held from ops.streams where tenant_id = '${tenantId}' and epoch > 0`),
  ).toEqual([{ cursor: null, held: true }]);
});

test('a foreign order is converted by the last rate of seven days, whichever arrives first', async () => {
  const { place, rows } = await setUp();
  const uf = orderDraft('31', {
    name: 'S31',
    currency_source: 'CLF',
    amount_total_source: '10',
    amount_untaxed_source: '10',
    amount_products_source: '10',
  });
  await runSync(deps, jobOf(place('odoo'), scripted([pageOf([uf])])));
  expect(await rows('select amount_total, is_sale from public.source_orders')).toEqual([{ amount_total: null, is_sale: true }]);
  const rate = (day: string, value: string) =>
    ({
      entity: 'exchange_rate',
      sourceId: day,
      sourceCreatedAt: null,
      sourceUpdatedAt: '2026-11-01T00:00:00Z',
      fields: { currency: 'CLF', base_currency: 'CLP', rate_date: day, rate: value, company: null },
    }) as const;
  await runSync(
    deps,
    jobOf(
      place('odoo'),
      scripted([pageOf([rate('2026-10-20', '1'), rate('2026-10-30', '39800.004'), rate('2026-11-02', '5')])], 'exchange_rates'),
    ),
  );
  expect(await rows('select amount_total::text, fx_date::text from public.source_orders')).toEqual([
    { amount_total: '398000', fx_date: '2026-10-30' },
  ]);
  expect(await rows('select amount_total::text, orders_without_rate::int from kpi.sales_daily')).toEqual([
    { amount_total: '398000', orders_without_rate: 0 },
  ]);
});

test('lines that a complete order no longer carries are tombstoned, and come back when they return', async () => {
  const { place, rows } = await setUp();
  const line = (id: string) =>
    ({
      entity: 'order_line',
      sourceId: id,
      sourceCreatedAt: null,
      sourceUpdatedAt: '2026-11-01T12:00:00Z',
      fields: {
        order_id: '1',
        product_id: null,
        line_kind: 'product',
        sku: null,
        name: 'x',
        quantity: '1',
        units: '1',
        units_unknown_because: null,
        unit_price_source: '1',
        amount_source: '1',
        amount_untaxed_source: '1',
        amount_tax_source: '0',
        amount_iva_source: '0',
        amount_discount_source: '0',
        currency_source: 'CLP',
      },
    }) as const;
  const order = { ...orderDraft('1'), complete: ['order_line'] as const };
  const read = (...ids: string[]) => runSync(deps, jobOf(place('odoo'), scripted([pageOf([order, ...ids.map(line)])])));
  const alive = () => rows('select source_id from public.source_order_lines where deleted_at is null order by source_id');
  await read('a', 'b');
  await read('b');
  expect(await alive()).toEqual([{ source_id: 'b' }]);
  await read('a', 'b');
  expect(await alive()).toEqual([{ source_id: 'a' }, { source_id: 'b' }]);
});

test('a later walk extends what is covered, so a waiting mirror does not speak before its hour has passed', async () => {
  const { place, rows, tenantId } = await setUp();
  const covered = (from: string | null, until: string) =>
    runSync(deps, jobOf(place('shopify'), scripted([pageOf([], { covered: { from, until } })])));
  const coverage = () =>
    rows(
      `select covered_from::text, covered_until = '2026-11-01T13:30:00Z' as reached from ops.streams where tenant_id = '${tenantId}' and covered_until is not null`,
    );
  await covered(null, '2026-11-01T13:10:00Z');
  const mirror = orderDraft('22', { shop_order_name: '4040', created_at: '2026-11-01T13:00:00Z' });
  await runSync(deps, jobOf(place('odoo'), scripted([pageOf([mirror])])));
  await covered('2026-11-01T13:05:00Z', '2026-11-01T13:30:00Z');
  expect(await coverage()).toEqual([{ covered_from: null, reached: true }]);
  expect(await rows('select silent_because from public.source_orders')).toEqual([{ silent_because: 'waiting' }]);
});

test('a walk that leaves a gap behind begins its coverage anew', async () => {
  const { place, rows, tenantId } = await setUp();
  const covered = (from: string | null, until: string) =>
    runSync(deps, jobOf(place('shopify'), scripted([pageOf([], { covered: { from, until } })])));
  await covered('2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z');
  await covered('2026-10-05T00:00:00Z', '2026-10-06T00:00:00Z');
  expect(
    await rows(
      `select covered_from = '2026-10-05T00:00:00Z' as anew from ops.streams where tenant_id = '${tenantId}' and covered_until is not null`,
    ),
  ).toEqual([{ anew: true }]);
});

test('a shop connected after Odoo makes the documents of the last hour wait that counted until then', async () => {
  const { tenantId, connections } = await tenantWith(db, ['odoo']);
  const rows = <R extends Record<string, unknown>>(text: string) =>
    db.transaction(tenantId, async ({ query }) => (await query<R>(text)).rows);
  const citing = (id: string, at: string) => orderDraft(id, { name: `S${id}`, shop_order_name: `40${id}`, created_at: at });
  const drafts = [citing('1', '2026-11-01T12:00:00Z'), citing('2', '2026-11-01T13:00:00Z')];
  await runSync(deps, jobOf({ tenantId, connectionId: connections['odoo']!, source: 'odoo' }, scripted([pageOf(drafts)])));
  expect(await rows('select orders::int from kpi.sales_daily')).toEqual([{ orders: 2 }]);
  const shop = await connectTo(db, tenantId, 'shopify');
  const covered = pageOf([], { covered: { from: null, until: '2026-11-01T13:30:00Z' } });
  await runSync(deps, jobOf({ tenantId, connectionId: shop, source: 'shopify' }, scripted([covered])));
  expect(await rows('select source_id, silent_because from public.source_orders order by source_id')).toEqual([
    { source_id: '1', silent_because: null },
    { source_id: '2', silent_because: 'waiting' },
  ]);
  expect(await rows('select orders::int from kpi.sales_daily')).toEqual([{ orders: 1 }]);
});

test('a walk that begins before what is covered and reaches into it moves the beginning', async () => {
  const { place, rows, tenantId } = await setUp();
  const covered = (from: string, until: string) =>
    runSync(deps, jobOf(place('shopify'), scripted([pageOf([], { covered: { from, until } })])));
  await covered('2026-10-05T00:00:00Z', '2026-10-06T00:00:00Z');
  await covered('2026-10-01T00:00:00Z', '2026-10-07T00:00:00Z');
  await covered('2026-09-01T00:00:00Z', '2026-09-02T00:00:00Z');
  expect(
    await rows(
      `select covered_from = '2026-10-01T00:00:00Z' as began, covered_until = '2026-10-07T00:00:00Z' as ended from ops.streams
       where tenant_id = '${tenantId}' and covered_until is not null`,
    ),
  ).toEqual([{ began: true, ended: true }]);
});
