import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture, plain } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => kpi.newTenant());

describe('products', () => {
  const lines = (order: string, values: Values) =>
    kpi.put('public.source_order_lines', { order_id: order, name: 'Polera', units: values['quantity'] ?? 1, ...values });
  const returned = async (order: string, line: string, values: Values, day: Values = {}) =>
    kpi.put('public.refund_lines', { refund_id: await kpi.refund(order, 11_900, day), order_line_id: line, ...values });
  const ranking = async (columns: string) => {
    await kpi.rollUp();
    return kpi.view('kpi.top_products', columns, 'order by position');
  };

  test('three sold at ten percent off, one returned: two units, 21.420', async () => {
    const [sold, back] = [await kpi.moment('3 days'), await kpi.moment('1 day')];
    const order = await kpi.order(32_130, sold);
    const line = await lines(order, { sku: ' pol-1 ', quantity: 3, amount_source: 32_130 });
    await lines(order, { line_kind: 'shipping', name: 'Despacho', amount_source: 5_000 });
    await lines(order, { line_kind: 'gift_card', name: 'Tarjeta', amount_source: 9_000 });
    await lines(order, { line_kind: 'tip', name: 'Propina', amount_source: 1_000 });
    await returned(order, line, { amount_source: 10_710 }, back);
    expect(await ranking('position, product_key, sku, units, amount, units_sold, units_returned')).toEqual([
      ['1', 'sku:POL-1', 'POL-1', '2', '21420', '3', '1'],
    ]);
    expect(
      await kpi.view('kpi.product_sales_daily', 'day::text as day, units, amount, amount_sold, amount_returned', 'order by day'),
    ).toEqual([
      [sold.business_day, '3', '32130', '32130', null],
      [back.business_day, '-1', '-10710', null, '10710'],
    ]);
    expect(await between(sold.business_day, back.business_day, 'position, sku, units, amount, coverage')).toEqual([
      [null, null, null, null, '0'],
    ]);
    // To this moment: an hour ago may still be yesterday.
    await kpi.cover('10 days', '0 hours');
    const yesterday = back.business_day;
    expect(await between(sold.business_day, yesterday, 'position, sku, units, amount, coverage')).toEqual([
      ['1', 'POL-1', '2', '21420', '1'],
    ]);
    // The return belongs to its own day; a day on which nothing was sold has no row; today is never inside.
    expect(await between(sold.business_day, sold.business_day, 'units, amount')).toEqual([['3', '32130']]);
    const quiet = (await kpi.moment('2 days')).business_day;
    expect(await between(quiet, quiet, 'units, amount')).toEqual([]);
    const today = (await kpi.moment('0 days')).business_day;
    expect(await between(yesterday, today, 'units, amount, coverage')).toEqual([[null, null, '0.5']]);
  });

  const between = async (first: string, last: string, columns: string) =>
    kpi.view(`kpi.top_products_between('${first}', '${last}')`, columns, 'order by position');

  test('the ranking of the last 30 days is that of the facts, to the second', async () => {
    const at = async (interval: string, sku: string, amount: number) => {
      const order = await kpi.order(amount, await kpi.moment(interval));
      const line = await lines(order, { sku, quantity: 2, amount_source: amount });
      await returned(order, line, { amount_source: amount / 4 }, await kpi.moment(interval));
    };
    await at('30 days 1 second', 'before', 100);
    await at('29 days 23 hours 59 minutes', 'edge', 200);
    await at('29 days', 'inside', 400);
    await at('0 days', 'today', 800);
    const found = await ranking('sku, units, amount, units_sold, units_returned');
    expect(found).toEqual([
      ['TODAY', '1', '600', '2', '1'],
      ['INSIDE', '1', '300', '2', '1'],
      ['EDGE', '1', '150', '2', '1'],
    ]);
    const facts = `select sku, sum(units) units, sum(amount) amount from kpi.product_movements
      where tenant_id = $1 and created_at >= now() - interval '30 days' group by sku order by amount desc`;
    const { rows } = await kpi.analyst.query<unknown[]>({ text: facts, values: [kpi.tenantId], rowMode: 'array' });
    expect(rows.map((row) => row.map(plain))).toEqual(found.map((row) => row.slice(0, 3)));
  });

  test('units are those of the product, and unknown where a line cannot be converted; its money counts', async () => {
    const day = await kpi.moment('2 days');
    const order = await kpi.order(100, { ...day, source: 'odoo' });
    const dozens = await lines(order, { sku: 'egg', quantity: 2, units: 24, amount_source: 240 });
    await returned(order, dozens, { quantity: 0.5, amount_source: 60 }, day);
    await lines(order, { sku: 'hour', quantity: 3, units: 3, amount_source: 30 });
    await lines(order, { sku: 'hour', quantity: 3, units: null, units_unknown_because: 'unit_of_other_kind', amount_source: 20 });
    expect(await ranking('sku, units, units_sold, units_returned, amount')).toEqual([
      ['EGG', '18', '24', '6', '180'],
      ['HOUR', null, null, null, '50'],
    ]);
    expect(await kpi.view('kpi.product_sales_daily', 'sku, units, lines_without_units', 'order by sku')).toEqual([
      ['EGG', '18', '0'],
      ['HOUR', null, '1'],
    ]);
  });

  test('the same SKU in Shopify and Odoo is one product, unless it stands on two products of one of them', async () => {
    const day = await kpi.moment('2 days');
    const sell = async (source: string, sku: string, connection: string, amount: number) => {
      const product = await kpi.put('public.products', { source, sku, connection_id: connection, name: `${source} ${sku}` });
      const order = await kpi.order(amount, { source, ...day });
      await lines(order, { source, product_id: product, amount_source: amount });
      return product;
    };
    const [shop, odoo] = [randomUUID(), randomUUID()];
    const renamed = await sell('shopify', 'abc', shop, 1_000);
    await sell('odoo', 'ABC ', odoo, 2_000);
    const first = await sell('odoo', 'dup', odoo, 300);
    const second = await sell('odoo', 'DUP', odoo, 200);
    const third = await sell('shopify', 'dup', shop, 100);
    const conflicting = [
      [`id:${first}`, '300'],
      [`id:${second}`, '200'],
      [`id:${third}`, '100'],
    ];
    expect(await ranking('product_key, amount')).toEqual([['sku:ABC', '3000'], ...conflicting]);
    expect(await kpi.view('kpi.sku_conflicts', 'source, sku, products')).toEqual([['odoo', 'DUP', '2']]);
    // What is one product is decided at reading: a new SKU shows at once, in days long past too.
    await kpi.seeder.client.query("update public.products set sku = 'other' where id = $1", [renamed]);
    expect(await kpi.view('kpi.product_sales_daily', 'product_key, amount', 'order by amount desc')).toEqual([
      ['sku:ABC', '2000'],
      ['sku:OTHER', '1000'],
      ...conflicting,
    ]);
  });

  test('without a SKU the barcode identifies, without a product the words on the line', async () => {
    const order = await kpi.order(6, await kpi.moment('2 days'));
    const coded = await kpi.put('public.products', { barcode: '780', name: 'Con código', sku: '' });
    const shared = await kpi.put('public.products', { barcode: '781', connection_id: coded });
    await kpi.put('public.products', { barcode: '781', connection_id: coded });
    await lines(order, { product_id: coded, amount_source: 4 });
    await lines(order, { product_id: shared, amount_source: 3 });
    await lines(order, { product_id: randomUUID(), sku: 'late-1', amount_source: 2 });
    await lines(order, { name: ' a medida', amount_source: 1 });
    expect(await ranking('product_key, amount')).toEqual([
      ['barcode:780', '4'],
      [`id:${shared}`, '3'],
      ['sku:LATE-1', '2'],
      ['name:A MEDIDA', '1'],
    ]);
  });

  test('a refund that does not count and a product without a rate move no money', async () => {
    const order = await kpi.order(10, { ...(await kpi.moment('2 days')), currency_source: 'USD', fx_rate: null });
    const line = await lines(order, { sku: 'usd', quantity: 2, amount_source: 10, currency_source: 'USD' });
    await returned(order, line, { amount_source: 5 }, { counts: false, ...(await kpi.moment('1 day')) });
    expect(await ranking('units, amount')).toEqual([['2', null]]);
  });
});

describe('stock', () => {
  beforeEach(async () => {
    for (const source of ['odoo', 'shopify'])
      await kpi.put('kpi.freshness', { source, stream: 'inventory_levels', covered_until: '2025-11-30T12:00:00Z' });
  });
  const place = (source: string, values: Values = {}) => kpi.put('public.locations', { source, name: `bodega ${source}`, ...values });
  const product = (source: string, sku: string, values: Values = {}) => kpi.put('public.products', { source, sku, name: sku, ...values });
  const level = (source: string, product_id: string, location_id: string, available: number, values: Values = {}) =>
    kpi.put('public.inventory_levels', {
      source,
      product_id,
      location_id,
      quantity_on_hand: available,
      quantity_available: available,
      ...values,
    });
  const stock = async () =>
    kpi.view(
      'kpi.stock_now',
      'stock_source, sku, location, available, available_product, available_other, below_threshold',
      'order by sku, location',
    );

  test('Odoo speaks where it has stock, and Shopify stands beside it, never added', async () => {
    const [odoo, shop] = [await place('odoo'), await place('shopify')];
    const item = await product('odoo', 'A');
    await level('odoo', item, odoo, 9, { quantity_on_hand: 12, quantity_reserved: 3 });
    await level('shopify', await product('shopify', 'a'), shop, 9);
    await product('odoo', 'SIN');
    expect(await stock()).toEqual([
      ['odoo', 'A', 'bodega odoo', '9', '9', '9', false],
      ['odoo', 'SIN', null, '0', '0', null, true],
    ]);
  });

  test('Shopify speaks where there is no stock in Odoo', async () => {
    await level('shopify', await product('shopify', 'A'), await place('shopify'), 4);
    await product('odoo', 'B');
    expect(await stock()).toEqual([['shopify', 'A', 'bodega shopify', '4', '4', null, true]]);
  });

  test('goods of others, places that do not count and unknown places are not ours; negative stays negative', async () => {
    const own = await place('odoo');
    const item = await product('odoo', 'A');
    await level('odoo', item, own, 3);
    await level('odoo', item, own, 4);
    await level('odoo', item, own, 50, { foreign_owner: true });
    await level('odoo', item, await place('odoo', { name: 'virtual', counts_stock: false }), 60);
    await level('odoo', item, randomUUID(), 70);
    await level('odoo', item, await place('odoo', { name: 'otra' }), -10);
    expect(await stock()).toEqual([
      ['odoo', 'A', 'bodega odoo', '7', '-3', null, true],
      ['odoo', 'A', 'otra', '-10', '-3', null, true],
    ]);
  });

  test('only products that are kept in stock are listed', async () => {
    await level('odoo', await product('odoo', 'A'), await place('odoo'), 5);
    await product('odoo', 'B', { active: false });
    await product('odoo', 'C', { tracked: false });
    await product('odoo', 'D', { kind: 'service' });
    await product('odoo', 'E', { kind: 'gift_card' });
    await product('odoo', 'F', { deleted_at: new Date(), row_hash: null });
    expect((await stock()).map((row) => [row[1], row[6]])).toEqual([['A', false]]);
  });
});
