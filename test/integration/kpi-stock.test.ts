import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;
const connection = { odoo: randomUUID(), shopify: randomUUID() };
type Source = keyof typeof connection;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => kpi.newTenant());

/** Days of cover add the stock up on their own, as all of its rows take long: they must be of the same products with the same units. */
const DIFFERENT_STOCK = `select * from (
    select product_key, max(sku) as sku, min(product_name) as product_name, min(available_product) as available
    from kpi.stock_now where tenant_id = $1 group by product_key) s
  full join (select product_key, sku, product_name, available from kpi.days_of_cover where tenant_id = $1) d using (product_key)
  where (s.sku, s.product_name, s.available) is distinct from (d.sku, d.product_name, d.available)`;
afterEach(async () => expect((await kpi.analyst.query(DIFFERENT_STOCK, [kpi.tenantId])).rows).toEqual([]));

const read = async (source: Source, values: Values = {}) =>
  kpi.put('kpi.freshness', {
    source,
    connection_id: connection[source],
    stream: 'inventory_levels',
    covered_until: '2025-11-30T12:00:00Z',
    ...values,
  });
const place = (source: Source, name: string, values: Values = {}) =>
  kpi.put('public.locations', { source, name, connection_id: connection[source], ...values });
const product = (source: Source, sku: string, values: Values = {}) =>
  kpi.put('public.products', { source, sku, name: sku, connection_id: connection[source], ...values });
const level = (source: Source, product_id: string, location_id: string, available: number, reserved = 0) =>
  kpi.put('public.inventory_levels', {
    source,
    product_id,
    location_id,
    connection_id: connection[source],
    quantity_on_hand: available + reserved,
    quantity_reserved: reserved,
    quantity_available: available,
  });
const setting = (change: string) => kpi.seeder.client.query(`update public.tenants set ${change} where id = $1`, [kpi.tenantId]);
const sells = (location_id: string, yes: boolean) => kpi.put('kpi.location_settings', { location_id, sells: yes });
const stock = async () =>
  kpi.view('kpi.stock_now', 'stock_source, sku, location, available, available_product, available_other', 'order by sku, location');

describe('stock now', () => {
  /** Odoo 12 of which 3 are reserved; Shopify 9 of the same. */
  const bothShow = async () => {
    for (const source of ['odoo', 'shopify'] as const) await read(source);
    const [warehouse, shop] = [await place('odoo', 'WH'), await place('shopify', 'Tienda')];
    const [mine, same] = [await product('odoo', 'A'), await product('shopify', 'a ')];
    await level('odoo', mine, warehouse, 9, 3);
    await level('shopify', same, shop, 9);
    return { warehouse, shop, mine, same };
  };

  test('Odoo 12 (3 reserved) and Shopify 9 are 9, not 18 nor 21, whichever speaks', async () => {
    await bothShow();
    expect(await stock()).toEqual([['odoo', 'A', 'WH', '9', '9', '9']]);
    await setting("stock_source = 'shopify'");
    expect(await stock()).toEqual([['shopify', 'A', 'Tienda', '9', '9', '9']]);
  });

  test('a place that does not sell is not counted, and a product left without any is at 0', async () => {
    const { warehouse, mine } = await bothShow();
    const outlet = await place('odoo', 'Outlet');
    await level('odoo', mine, outlet, 4);
    await sells(outlet, false);
    expect(await stock()).toEqual([['odoo', 'A', 'WH', '9', '9', '9']]);
    await sells(warehouse, false);
    expect(await stock()).toEqual([['odoo', 'A', null, '0', '0', '9']]);
  });

  test('a place of the other source that a person says sells is added, once', async () => {
    const { same } = await bothShow();
    const external = await place('shopify', 'Operador logístico');
    await level('shopify', same, external, 5);
    await level('shopify', await product('shopify', 'SOLO WEB'), external, 2);
    await sells(external, true);
    expect(await stock()).toEqual([
      ['odoo', 'A', 'Operador logístico', '5', '14', '9'],
      ['odoo', 'A', 'WH', '9', '14', '9'],
      ['odoo', 'SOLO WEB', 'Operador logístico', '2', '2', null],
    ]);
  });

  test('what was never read whole is unknown, not 0', async () => {
    await read('shopify', { covered_until: null });
    await product('shopify', 'A');
    expect(await stock()).toEqual([['shopify', 'A', null, null, null, null]]);
    expect(await kpi.view('kpi.low_stock', 'sku')).toEqual([]);
    expect(await kpi.view('kpi.stock_source', 'stock_source, as_of')).toEqual([['shopify', null]]);
  });

  test('the threshold is the tenant’s, over all selling places; sold out and oversold are in the list', async () => {
    await read('odoo');
    const [one, two] = [await place('odoo', 'WH'), await place('odoo', 'Tienda')];
    for (const [sku, here, there] of [
      ['CUATRO', 2, 2],
      ['CINCO', 2, 3],
      ['NEGATIVO', -3, 1],
    ] as const) {
      const id = await product('odoo', sku);
      await level('odoo', id, one, here);
      await level('odoo', id, two, there);
    }
    await product('odoo', 'AGOTADO');
    await product('odoo', 'SERVICIO', { kind: 'service', tracked: false });
    const low = () => kpi.view('kpi.low_stock', 'sku, available, threshold', 'order by sku');
    expect(await low()).toEqual([
      ['AGOTADO', '0', '5'],
      ['CUATRO', '4', '5'],
      ['NEGATIVO', '-2', '5'],
    ]);
    await setting('low_stock_threshold = 0');
    expect(await low()).toEqual([['NEGATIVO', '-2', '0']]);
  });
});

describe('days of cover', () => {
  const covered = (from: string) =>
    kpi.put('kpi.freshness', {
      source: 'shopify',
      stream: 'orders',
      covered_from: `${from}T03:00:00Z`,
      covered_until: '2025-11-30T12:00:00Z',
    });
  const cover = () => kpi.view('kpi.days_of_cover', 'sku, available, units_sold_28_days, days_of_cover, coverage', 'order by sku');
  /** 28 days end on 29 November, so they begin on the 2nd. */
  const sold = async () => {
    await read('shopify');
    const shop = await place('shopify', 'Tienda');
    for (const [sku, units] of [
      ['A', 10],
      ['B', 3],
    ] as const)
      await level('shopify', await product('shopify', sku), shop, units);
    for (const [day, quantity] of [
      ['2025-11-01', 100],
      ['2025-11-02', 6],
      ['2025-11-29', 8],
      ['2025-11-30', 100],
    ] as const) {
      const order = await kpi.order(quantity, { business_day: day, created_at: `${day}T15:00:00Z` });
      await kpi.put('public.source_order_lines', { order_id: order, sku: 'A', quantity, units: quantity, amount_source: quantity });
    }
    await kpi.rollUp();
  };

  test('10 units at 14 sold in the last 28 covered days last 20 days; nothing sold is unknown, not for ever', async () => {
    await sold();
    await covered('2025-11-01');
    expect(await cover()).toEqual([
      ['A', '10', '14', '20', '1'],
      ['B', '3', '0', null, '1'],
    ]);
  });

  test('are unknown while sales cover fewer than 28 days', async () => {
    await sold();
    await covered('2025-11-16');
    expect(await cover()).toEqual([
      ['A', '10', null, null, '0.5'],
      ['B', '3', null, null, '0.5'],
    ]);
  });
});

describe('stock by day', () => {
  const snapshot = async (
    source: Source,
    day: string,
    levels: readonly (readonly [string, string, number])[],
    conn = connection[source],
  ) => {
    await kpi.put('public.inventory_snapshot_days', { source, connection_id: conn, day, taken_at: `${day}T23:00:00Z` });
    for (const [product_id, location_id, available] of levels)
      await kpi.put('public.inventory_snapshots', {
        source,
        connection_id: conn,
        day,
        product_id,
        location_id,
        available,
        on_hand: available,
      });
    await kpi.seeder.client.query(
      `insert into kpi.stock_daily (tenant_id, day, location_id, connection_id, source, on_hand, reserved, available, products)
       select tenant_id, day, location_id, connection_id, source, sum(on_hand), 0, sum(available), count(*) from public.inventory_snapshots
       where tenant_id = $1 and day = $2 and connection_id = $3 group by 1, 2, 3, 4, 5`,
      [kpi.tenantId, day, conn],
    );
  };
  const total = () => kpi.view('kpi.stock_by_day', 'day::text, available, coverage', 'order by day');

  test('is the sum over the selling places of the speaking source; a day without a snapshot is unknown, one without rows is 0', async () => {
    for (const source of ['odoo', 'shopify'] as const) await read(source);
    const [warehouse, damaged, shop] = [await place('odoo', 'WH'), await place('odoo', 'Merma'), await place('shopify', 'Tienda')];
    const [mine, same] = [await product('odoo', 'A'), await product('shopify', 'A')];
    await level('odoo', mine, warehouse, 1);
    await sells(damaged, false);
    await snapshot('odoo', '2025-11-26', [
      [mine, warehouse, 9],
      [mine, damaged, 50],
    ]);
    await snapshot('shopify', '2025-11-26', [[same, shop, 9]]);
    await snapshot('shopify', '2025-11-27', [[same, shop, 8]]);
    await snapshot('odoo', '2025-11-28', []);
    expect(await total()).toEqual([
      ['2025-11-26', '9', '1'],
      ['2025-11-27', null, '0'],
      ['2025-11-28', '0', '1'],
    ]);
    expect(await kpi.view('kpi.product_stock_by_day', 'sku, day::text, available', 'order by day')).toEqual([
      ['A', '2025-11-26', '9'],
      ['A', '2025-11-27', null],
      ['A', '2025-11-28', '0'],
    ]);
    await setting("stock_source = 'shopify'");
    expect(await total()).toEqual([
      ['2025-11-26', '9', '1'],
      ['2025-11-27', '8', '1'],
    ]);
  });

  test('of two shops needs both, from the day the second was first seen', async () => {
    await read('shopify');
    const second = randomUUID();
    await read('shopify', { connection_id: second });
    const [one, two] = [await place('shopify', 'Uno'), await place('shopify', 'Dos', { connection_id: second })];
    const item = await product('shopify', 'A');
    for (const [day, conn, where, units] of [
      ['2025-11-26', connection.shopify, one, 1],
      ['2025-11-27', connection.shopify, one, 2],
      ['2025-11-27', second, two, 10],
      ['2025-11-28', connection.shopify, one, 3],
      ['2025-11-29', second, two, 20],
      ['2025-11-29', connection.shopify, one, 4],
    ] as const)
      await snapshot('shopify', day, [[item, where, units]], conn);
    expect(await total()).toEqual([
      ['2025-11-26', '1', '1'],
      ['2025-11-27', '12', '1'],
      ['2025-11-28', null, '0'],
      ['2025-11-29', '24', '1'],
    ]);
  });
});
