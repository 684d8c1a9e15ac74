import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTITIES } from '../../src/contract/index.ts';
import { Database } from '../../src/store/database.ts';
import { explainKpi } from '../../src/store/explain-kpi.ts';
import { readKpiCatalogue } from '../../src/store/kpi-catalogue.ts';
import { KpiFixture, plain } from '../support/kpi-fixture.ts';

const catalogue = readKpiCatalogue();
/** A closed local day within the rolling windows: that of the records. */
let day: string;

let kpi: KpiFixture;
let db: Database;
/** Another company with the same records: nothing of it may ever be listed. */
let otherTenant: string;
let shopOrder: string;

beforeAll(async () => {
  kpi = await KpiFixture.open();
  const { rows } = await kpi.analyst.query<{ day: string }>(
    "select ((now() - interval '26 hours') at time zone 'America/Santiago')::date::text as day",
  );
  day = rows[0]!.day;
  db = new Database({ url: kpi.url('kpi_writer') });
  await company();
  otherTenant = kpi.tenantId;
  await company();
});
afterAll(async () => {
  await db.close();
  await kpi.close();
});

/** One of everything on one day and within the rolling windows, with amounts that no two records share. */
async function company(): Promise<void> {
  await kpi.newTenant();
  const connection_id = await kpi.put('ops.connections', { source: 'shopify', name: 'Tienda' });
  const at = { business_day: day, created_at: await kpi.before('26 hours'), connection_id };
  for (const source of ['shopify', 'odoo']) await kpi.put('kpi.freshness', { source, stream: 'orders', covered_until: new Date() });
  await kpi.put('kpi.freshness', { stream: 'inventory_levels', connection_id, covered_until: new Date() });
  const product = await kpi.put('public.products', { name: 'Polera', sku: 'P1', connection_id });
  await kpi.put('public.products', { name: 'Polera doble', sku: 'P1 ', connection_id });
  const place = await kpi.put('public.locations', { name: 'Bodega', connection_id });
  await kpi.put('public.inventory_levels', { product_id: product, location_id: place, quantity_available: 9, connection_id });
  const order = await kpi.order(119_000, { ...at, name: '#1001', source_id: '5840001' });
  shopOrder = order;
  await kpi.order(238_000, { ...at, source: 'odoo', name: 'S00023' });
  await kpi.order(50_000, { ...at, name: '#1002', status: 'cancelled' });
  await kpi.order(7_000, { ...at, name: '#0900', business_day: '2025-11-29', created_at: '2025-11-29T15:00:00Z' });
  const line = await kpi.put('public.source_order_lines', {
    order_id: order,
    product_id: product,
    quantity: 5,
    amount_source: 119_000,
    connection_id,
  });
  const refund = await kpi.refund(order, 23_800, at);
  await kpi.put('public.refund_lines', { refund_id: refund, order_line_id: line, quantity: 1, amount_source: 23_800, connection_id });
  const gone = { ...at, deleted_at: new Date(), row_hash: null };
  await kpi.order(1_000_000, gone);
  const conversation = await kpi.put('public.conversations', at);
  await kpi.put('public.conversations', gone);
  await kpi.put('public.messages', { ...at, conversation_id: conversation });
  const workflow = await kpi.put('public.workflows', { name: 'Boletas', connection_id });
  await kpi.put('public.workflow_executions', { ...at, workflow_id: workflow, workflow_name: 'Boletas' });
  await kpi.put('public.workflow_executions', { ...gone, workflow_id: workflow, workflow_name: 'Boletas' });
  await kpi.put('raw.records', { id: order, entity: 'order', payload: { name: '#1001' } });
  await kpi.rollUp();
}

const explain = (name: string, more: { day?: string; raw?: boolean; limit?: number; tenantId?: string } = {}) =>
  explainKpi(
    db,
    catalogue.find((one) => one.name === name)!,
    {
      tenantId: more.tenantId ?? kpi.tenantId,
      day: more.day ?? day,
      limit: more.limit ?? 1000,
      raw: more.raw ?? false,
    },
  );

describe.each(catalogue)('$name', ({ name, explain: select }) => {
  test('lists entity, id and contribution of records of the tenant that are there', async () => {
    const { fields, types } = await kpi.described(select);
    expect([fields, types]).toEqual([
      ['entity', 'id', 'contribution'],
      ['text', 'uuid', expect.stringMatching(/^(numeric|integer|bigint)$/)],
    ]);
    const mine = await explain(name);
    for (const row of mine.rows) {
      expect([...Object.keys(ENTITIES), 'freshness', 'user']).toContain(row.entity);
      expect(row.source).not.toBeNull();
    }
    const theirs = new Set((await explain(name, { tenantId: otherTenant })).rows.map((row) => row.id));
    expect(mine.rows.filter((row) => theirs.has(row.id))).toEqual([]);
  });
});

/** Where contributions add up: the KPI's own number, for the day or the window. */
const NUMBERS: readonly (readonly [kpi: string, number: string, expected: string])[] = [
  ['orders', `select sum(amount_total) from public.orders where tenant_id = $1 and business_day = $2`, '357000'],
  ['order_lines', `select sum(amount) from public.order_lines where tenant_id = $1 and business_day = $2`, '119000'],
  ['product_movements', `select sum(amount) from kpi.product_movements where tenant_id = $1 and business_day = $2`, '95200'],
  ['product_sales_daily', `select sum(amount) from kpi.product_sales_daily where tenant_id = $1 and day = $2`, '95200'],
  ['top_products', `select sum(amount) from kpi.top_products where tenant_id = $1 and $2::date is not null`, '95200'],
  ['revenue_by_tenant', `select sum(total_sales) from kpi.revenue_by_tenant where tenant_id = $1 and $2::date is not null`, '357000'],
  ['sales_by_day', `select sum(sales_after_refunds) from kpi.sales_by_day where tenant_id = $1 and day = $2`, '333200'],
  ['sales_between', `select sales_after_refunds from kpi.sales_between($2::date, $2::date) where tenant_id = $1`, '333200'],
  ['sales_30_days', `select sales_after_refunds from kpi.sales_30_days where tenant_id = $1 and $2::date is not null`, '333200'],
  ['sales_left_out', `select count(*) from kpi.sales_left_out where tenant_id = $1 and business_day = $2`, '1'],
  ['sku_conflicts', `select sum(products) from kpi.sku_conflicts where tenant_id = $1 and $2::date is not null`, '2'],
  ['stock_now', `select sum(available) from kpi.stock_now where tenant_id = $1 and $2::date is not null`, '9'],
  ['low_stock', `select sum(available) from kpi.low_stock where tenant_id = $1 and $2::date is not null`, '0'],
  ['tickets_by_channel', `select sum(total) from kpi.tickets_by_channel where tenant_id = $1 and $2::date is not null`, '1'],
  ['executions_by_workflow', `select sum(executions) from kpi.executions_by_workflow where tenant_id = $1 and $2::date is not null`, '1'],
];

test.each(NUMBERS)('the contributions of %s add up to its number', async (name, number, expected) => {
  const { rows } = await kpi.analyst.query<{ sum: string }>({ text: number, values: [kpi.tenantId, day] });
  expect(plain(Object.values(rows[0] ?? {})[0])).toBe(expected);
  const { total, rows: listed } = await explain(name);
  expect(plain(total)).toBe(expected);
  expect(listed.length).toBeGreaterThan(0);
});

test('a record is named as its source names it, with what it refers to, and as it came when asked', async () => {
  const { rows, count, total } = await explain('sales_by_day', { raw: true });
  expect(rows.map((row) => [row.entity, row.name, row.contribution])).toEqual([
    ['order', 'S00023', '238000'],
    ['order', '#1001', '119000'],
    ['refund', null, '-23800'],
  ]);
  expect([count, total]).toEqual([3, '333200']);
  expect(rows[1]).toMatchObject({ id: shopOrder, source: 'shopify', sourceId: '5840001', raw: { name: '#1001' } });
  expect(rows[2]).toMatchObject({ refs: { order_id: '5840001' }, raw: null });
  expect(Object.keys((await explain('sales_by_day')).rows[1]!)).not.toContain('raw');
});

test('stock goes by the name of its product, and a number of now has no day', async () => {
  const { rows, day: listed } = await explain('stock_now');
  expect(rows.map((row) => [row.entity, row.name, row.contribution])).toEqual([['inventory_level', 'Polera', '9']]);
  expect(listed).toBeNull();
  expect((await explain('orders')).day).toBe(day);
});

test('the list may be cut, the total is over all of them', async () => {
  const { rows, count, total } = await explain('sales_by_day', { limit: 1 });
  expect([rows.length, count, total]).toEqual([1, 3, '333200']);
});

test('a day without records has none, and no total', async () => {
  expect(await explain('sales_by_day', { day: '2025-01-01' })).toMatchObject({ rows: [], count: 0, total: null });
});

test('an explanation writes nothing: the database refuses it', async () => {
  const writes = "select 'order' as entity, $1::uuid as id, nextval('ops.read_seq') as contribution where $2::date is not null";
  const request = { tenantId: kpi.tenantId, day, limit: 1, raw: false };
  await expect(explainKpi(db, { ...catalogue[0]!, explain: writes }, request)).rejects.toThrow('read-only');
});

test('what a file says in Spanish is the comment that the database shows', async () => {
  for (const { name, object, kind, comment } of catalogue) {
    const { rows } = await kpi.analyst.query<{ said: string }>(
      kind === 'view'
        ? "select obj_description($1::regclass, 'pg_class') as said"
        : "select obj_description(p.oid, 'pg_proc') as said from pg_proc p where p.oid = to_regproc($1)",
      [object],
    );
    expect([name, rows[0]?.said]).toEqual([name, comment]);
  }
});
