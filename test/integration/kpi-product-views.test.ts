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

describe('products', () => {
  const lines = (order: string, values: Values) => kpi.put('public.source_order_lines', { order_id: order, name: 'Polera', ...values });
  const returned = async (order: string, line: string, values: Values, day: Values = {}) =>
    kpi.put('public.refund_lines', { refund_id: await kpi.refund(order, 11_900, day), order_line_id: line, ...values });

  test('three sold at ten percent off, one returned: two units, 21.420', async () => {
    const order = await kpi.order(32_130, { created_at: await kpi.before('3 days'), business_day: '2025-11-28' });
    const line = await lines(order, { sku: ' pol-1 ', quantity: 3, amount_source: 32_130 });
    await lines(order, { line_kind: 'shipping', name: 'Despacho', amount_source: 5_000 });
    await lines(order, { line_kind: 'gift_card', name: 'Tarjeta', amount_source: 9_000 });
    await returned(order, line, { amount_source: 10_710 }, { created_at: await kpi.before('1 day'), business_day: '2025-11-30' });
    expect(await kpi.view('kpi.top_products', 'position, product_key, sku, units, amount, units_sold, units_returned')).toEqual([
      ['1', 'sku:POL-1', 'POL-1', '2', '21420', '3', '1'],
    ]);
    expect(
      await kpi.view('kpi.product_sales_daily', 'day::text as day, units, amount, amount_sold, amount_returned', 'order by day'),
    ).toEqual([
      ['2025-11-28', '3', '32130', '32130', null],
      ['2025-11-30', '-1', '-10710', null, '10710'],
    ]);
  });

  test('the same SKU in Shopify and Odoo is one product, unless it stands on two products of one of them', async () => {
    const created_at = await kpi.before('2 days');
    const sell = async (source: string, sku: string, connection: string, amount: number) => {
      const product = await kpi.put('public.products', { source, sku, connection_id: connection, name: `${source} ${sku}` });
      const order = await kpi.order(amount, { source, created_at });
      await lines(order, { source, product_id: product, amount_source: amount });
      return product;
    };
    const [shop, odoo] = [randomUUID(), randomUUID()];
    await sell('shopify', 'abc', shop, 1_000);
    await sell('odoo', 'ABC ', odoo, 2_000);
    const first = await sell('odoo', 'dup', odoo, 300);
    const second = await sell('odoo', 'DUP', odoo, 200);
    const third = await sell('shopify', 'dup', shop, 100);
    expect(await kpi.view('kpi.top_products', 'product_key, amount', 'order by position')).toEqual([
      ['sku:ABC', '3000'],
      [`id:${first}`, '300'],
      [`id:${second}`, '200'],
      [`id:${third}`, '100'],
    ]);
    expect(await kpi.view('kpi.sku_conflicts', 'source, sku, products')).toEqual([['odoo', 'DUP', '2']]);
  });

  test('without a SKU the barcode identifies, without a product the words on the line', async () => {
    const created_at = await kpi.before('2 days');
    const order = await kpi.order(6, { created_at });
    const coded = await kpi.put('public.products', { barcode: '780', name: 'Con código', sku: '' });
    const shared = await kpi.put('public.products', { barcode: '781', connection_id: coded });
    await kpi.put('public.products', { barcode: '781', connection_id: coded });
    await lines(order, { product_id: coded, amount_source: 4 });
    await lines(order, { product_id: shared, amount_source: 3 });
    await lines(order, { product_id: randomUUID(), sku: 'late-1', amount_source: 2 });
    await lines(order, { name: ' a medida', amount_source: 1 });
    expect(await kpi.view('kpi.top_products', 'product_key, amount', 'order by position')).toEqual([
      ['barcode:780', '4'],
      [`id:${shared}`, '3'],
      ['sku:LATE-1', '2'],
      ['name:A MEDIDA', '1'],
    ]);
  });

  test('a refund that does not count and a product without a rate move no money', async () => {
    const order = await kpi.order(10, { created_at: await kpi.before('2 days'), currency_source: 'USD', fx_rate: null });
    const line = await lines(order, { sku: 'usd', quantity: 2, amount_source: 10, currency_source: 'USD' });
    await returned(order, line, { amount_source: 5 }, { counts: false, created_at: await kpi.before('1 day') });
    expect(await kpi.view('kpi.top_products', 'units, amount')).toEqual([['2', null]]);
  });
});

describe('stock', () => {
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
