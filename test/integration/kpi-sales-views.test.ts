import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => kpi.newTenant());

/** The company of the definitions, as it is stored on 4 December: sales and refunds, all in CLP with 19 % of IVA included. */
async function exampleShop(): Promise<void> {
  const a = await kpi.order(119_000, { name: '#1001', created_at: '2025-11-28T13:00:00Z', business_day: '2025-11-28' });
  const mirror = { source: 'odoo', speaks: false, silent_because: 'mirror', shop_order_name: '1001' };
  await kpi.order(119_000, { ...mirror, name: 'S00021', created_at: '2025-11-28T13:00:00Z', business_day: '2025-11-28' });
  await kpi.order(900_000, { source: 'odoo', name: 'S00022', status: 'quotation', business_day: '2025-11-28' });
  await kpi.order(50_000, { name: '#1002', status: 'cancelled', business_day: '2025-11-27' });
  const d = await kpi.order(59_500, { name: '#1003', status: 'refunded', business_day: '2025-11-29' });
  await kpi.order(238_000, { source: 'odoo', name: 'S00023', created_at: '2025-12-01T02:30:00Z', business_day: '2025-11-30' });
  await kpi.order(20_000, { name: '#1004', excluded_because: 'gift_card_only', business_day: '2025-11-30' });
  await kpi.order(10_000, { name: '#1005', excluded_because: 'test', business_day: '2025-11-30' });
  await kpi.refund(a, 23_800, { created_at: '2025-12-02T13:00:00Z', business_day: '2025-12-02' });
  await kpi.refund(d, 59_500, { created_at: '2025-12-03T13:00:00Z', business_day: '2025-12-03' });
  for (const source of ['shopify', 'odoo']) await kpi.put('kpi.freshness', { source, covered_until: '2025-12-05T12:00:00Z' });
  await kpi.rollUp();
}

describe('sales', () => {
  test('orders holds exactly the three sales of the example company', async () => {
    await exampleShop();
    expect(await kpi.view('public.orders', 'source_ref, status, amount_total, amount_untaxed, currency', 'order by source_ref')).toEqual([
      ['#1001', 'completed', '119000', '100000', 'CLP'],
      ['#1003', 'refunded', '59500', '50000', 'CLP'],
      ['S00023', 'completed', '238000', '200000', 'CLP'],
    ]);
  });

  test('a refund lowers its own day and never the day of its sale', async () => {
    await exampleShop();
    const month = async (first: string) =>
      (
        await kpi.view(
          'kpi.sales_by_day',
          'sum(gross_sales) gross, sum(refunds) refunds, sum(sales_after_refunds) after, sum(net_sales_untaxed) net, sum(orders) orders',
          `and day >= '${first}' and day < date '${first}' + interval '1 month'`,
        )
      ).at(0);
    expect(await month('2025-11-01')).toEqual(['416500', '0', '416500', '350000', '3']);
    expect(await month('2025-12-01')).toEqual(['0', '83300', '-83300', '-70000', '0']);
  });

  test('a day without a sale of known amount has no average', async () => {
    await exampleShop();
    await kpi.order(100, { currency_source: 'USD', fx_rate: null, business_day: '2025-12-04' });
    await kpi.rollUp();
    const columns = 'day::text as day, average_order, orders, orders_without_rate';
    expect(await kpi.view('kpi.sales_by_day', columns, "and day < '2025-12-06' order by day")).toEqual([
      ['2025-11-28', '119000', '1', '0'],
      ['2025-11-29', '59500', '1', '0'],
      ['2025-11-30', '238000', '1', '0'],
      ['2025-12-01', null, '0', '0'],
      ['2025-12-02', null, '0', '0'],
      ['2025-12-03', null, '0', '0'],
      ['2025-12-04', null, '1', '1'],
      ['2025-12-05', null, null, null],
    ]);
  });

  test('a sale without a rate is counted, not added, and said; with one it is in the tenant currency', async () => {
    await kpi.order(100, { name: '#1', currency_source: 'USD', fx_rate: 950.25 });
    expect(await kpi.view('public.orders', 'sum(amount_total) total, count(*) sales')).toEqual([['95025', '1']]);
    await kpi.seeder.client.query('update public.source_orders set fx_rate = null, amount_total = null where tenant_id = $1', [
      kpi.tenantId,
    ]);
    expect(await kpi.view('public.orders', 'sum(amount_total) total, count(*) sales')).toEqual([[null, '1']]);
    expect(await kpi.view('kpi.sales_left_out', 'reason, source_ref, currency_source, amount_total_source')).toEqual([
      ['without_rate', '#1', 'USD', '100'],
    ]);
  });

  test('what is left out is listed once with its first reason, mirrors and quotations not at all', async () => {
    await kpi.order(1, { excluded_because: 'test', status: 'cancelled' });
    await kpi.order(2, { excluded_because: 'intercompany', source: 'odoo' });
    await kpi.order(3, { excluded_because: 'gift_card_only' });
    await kpi.order(4, { excluded_because: 'zero_value' });
    await kpi.order(5, { status: 'cancelled', amount_total: null, fx_rate: null });
    await kpi.order(6, { source: 'odoo', speaks: false, silent_because: 'waiting' });
    await kpi.order(7, { source: 'odoo', speaks: false, silent_because: 'mirror', excluded_because: 'test' });
    await kpi.order(8, { source: 'odoo', status: 'quotation' });
    await kpi.order(9, { deleted_at: new Date(), row_hash: null, excluded_because: 'test' });
    await kpi.order(10);
    expect(await kpi.view('kpi.sales_left_out', 'amount_total_source, reason', 'order by amount_total_source')).toEqual([
      ['1', 'test'],
      ['2', 'intercompany'],
      ['3', 'gift_card_only'],
      ['4', 'zero_value'],
      ['5', 'cancelled'],
      ['6', 'waiting'],
    ]);
  });

  test('order lines are those of sales, and add up in a foreign currency as far as rounding goes', async () => {
    const line = async (order: string, values: Values) =>
      kpi.put('public.source_order_lines', { order_id: order, name: 'linea', ...values });
    const dollars = await kpi.order(10.5, { currency_source: 'USD', fx_rate: 950.25 });
    const amounts = {
      amount_source: 10.5,
      amount_untaxed_source: 8.82,
      amount_tax_source: 1.68,
      amount_discount_source: 1,
      currency_source: 'USD',
    };
    await line(dollars, amounts);
    await line(dollars, { ...amounts, currency_source: 'EUR', line_kind: 'tip' });
    await line(dollars, { ...amounts, deleted_at: new Date(), row_hash: null });
    await line(await kpi.order(1, { status: 'quotation' }), {});
    await line(randomUUID(), {});
    const pesos = await kpi.order(1990.5);
    await line(pesos, { amount_source: 1990.5, amount_untaxed_source: 1672.69, line_kind: 'shipping' });
    expect(
      await kpi.view('public.order_lines', 'line_kind, amount, amount_untaxed, amount_tax, amount_discount', 'order by line_kind'),
    ).toEqual([
      ['product', '9978', '8381', '1597', '950'],
      ['shipping', '1990.5', '1672.69', '317.81', '0'],
      ['tip', null, null, null, null],
    ]);
  });
});

describe('revenue by tenant', () => {
  const card = async () => (await kpi.view('kpi.revenue_by_tenant', 'total_sales, total_orders, coverage')).at(0);

  test('a covered tenant that sold nothing has 0, where the query of the brief has no row', async () => {
    await kpi.put('kpi.freshness', { covered_until: await kpi.before('1 minute') });
    expect((await card())?.slice(0, 2)).toEqual(['0', '0']);
  });

  test('equals the query of the brief, to the second of the window', async () => {
    await kpi.put('kpi.freshness', { covered_until: await kpi.before('0') });
    await kpi.order(119_000, { created_at: await kpi.before('29 days 23 hours 59 minutes') });
    await kpi.order(50_000, { created_at: await kpi.before('30 days 1 second') });
    const { rows } = await kpi.analyst.query<{ total_sales: string; total_orders: string }>(
      `SELECT t.rut, t.company_name, SUM(o.amount_total) as total_sales, COUNT(o.id) as total_orders
       FROM tenants t LEFT JOIN orders o ON o.tenant_id = t.id
       WHERE o.created_at >= NOW() - INTERVAL '30 days' AND t.id = $1
       GROUP BY t.rut, t.company_name ORDER BY total_sales DESC`,
      [kpi.tenantId],
    );
    expect(rows).toMatchObject([{ total_sales: '119000', total_orders: '1' }]);
    expect((await card())?.slice(0, 2)).toEqual(['119000', '1']);
  });

  test.each([
    ['has no orders stream', null],
    ['is still in its first reading', { covered_until: null }],
    ['has not been read for a day', { covered_until: '25 hours' }],
    ['starts within the window', { covered_from: '15 days', covered_until: '0' }],
  ])('a tenant whose data do not cover the window is unknown, not 0: it %s', async (_, freshness: Record<string, string | null> | null) => {
    await kpi.order(119_000, { created_at: await kpi.before('1 day') });
    if (freshness !== null) {
      await kpi.put('kpi.freshness', { covered_until: await kpi.before('0'), source: 'odoo' });
      const entries = Object.entries(freshness).map(async ([key, age]) => [key, age === null ? null : await kpi.before(age)] as const);
      await kpi.put('kpi.freshness', Object.fromEntries(await Promise.all(entries)));
    }
    expect((await card())?.slice(0, 2)).toEqual([null, null]);
  });

  test('the share covered is that of the stream that covers least', async () => {
    await kpi.put('kpi.freshness', { covered_until: await kpi.before('0') });
    await kpi.put('kpi.freshness', { source: 'odoo', covered_from: await kpi.before('15 days'), covered_until: await kpi.before('0') });
    expect((await card())?.[2]).toBe('0.5');
  });

  test('a paused tenant is not listed', async () => {
    await kpi.seeder.client.query("update public.tenants set status = 'paused' where id = $1", [kpi.tenantId]);
    expect(await card()).toBeUndefined();
  });
});
