import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mapOrders as mapShopOrders } from '../../connectors/shopify/mapping.ts';
import type { SaleFacts } from '../../connectors/odoo/sale-facts.ts';
import { mapOrders as mapOdooOrders } from '../../connectors/odoo/streams/orders.ts';
import type { Draft } from '../../src/contract/index.ts';
import { changeTenant, TENANT_SETTINGS } from '../../src/store/tenant-settings.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';
import { plain } from '../support/kpi-fixture.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: EngineRig;
let company: Awaited<ReturnType<EngineRig['tenant']>>;
let readSeq: number;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());
beforeEach(async () => {
  company = await rig.tenant();
  readSeq = 0;
});

async function write(place: Place, drafts: readonly Draft[]): Promise<void> {
  await writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));
}
const select = async (text: string): Promise<unknown[][]> =>
  (await company.rows(text)).map((row) => Object.values(row).map((value) => plain(value)));

type Raw = Record<string, unknown>;
const fixture = JSON.parse(readFileSync(join(import.meta.dirname, '../../connectors/shopify/fixtures/tienda-ejemplo.json'), 'utf8')) as {
  data: { orders: { nodes: Raw[] } };
};

/** IVA 1, ILA 2; product 30 is counted in pieces, unit 2 is the dozen; reward 7 is a gift card used as payment. */
const facts: SaleFacts = {
  currencies: new Map([
    [45, { code: 'CLP', places: 0 }],
    [172, { code: 'CLF', places: 2 }],
  ]),
  companyPartners: new Set(),
  loyalty: { rewards: new Map([[7, { programType: 'gift_card', rewardType: 'discount' }]]), giftCardProducts: new Set() },
  taxes: new Map([
    [1, { iva: true, percent: 19, included: false, group: [] }],
    [2, { iva: false, percent: 20.5, included: false, group: [] }],
  ]),
  units: new Map([
    [1, { root: '1', size: 1n }],
    [2, { root: '1', size: 12n }],
  ]),
  tips: new Set(),
  teams: new Map(),
  shopOrderIdFields: [],
  shopStoreFields: [],
  shopReferencePrefixes: [],
  products: new Map([[30, { sku: 'VINO', unit: 1 }]]),
  notices: [],
};

/** One order of Odoo with its lines, `[subtotal, tax, more]` each. */
function odooOrder(id: number, lines: readonly (readonly [number, number, Raw?])[], more: Raw = {}): Draft[] {
  const rows = lines.map(([subtotal, tax, rest], i) => ({
    id: id * 10 + i,
    order_id: id,
    product_id: 30,
    name: 'Cosa',
    display_type: false,
    product_uom_qty: 1,
    product_uom_id: 1,
    tax_ids: [1],
    price_unit: subtotal,
    discount: 0,
    price_subtotal: subtotal,
    price_tax: tax,
    price_total: subtotal + tax,
    currency_id: more['currency_id'] ?? 45,
    write_date: '2026-12-01 10:00:00',
    ...rest,
  }));
  const [untaxed, taxed] = [lines.reduce((sum, [subtotal]) => sum + subtotal, 0), lines.reduce((sum, [, tax]) => sum + tax, 0)];
  const order = {
    id,
    name: `S${String(id).padStart(5, '0')}`,
    state: 'sale',
    date_order: '2026-11-28 13:00:00',
    currency_id: 45,
    amount_untaxed: untaxed,
    amount_tax: taxed,
    amount_total: untaxed + taxed,
    write_date: '2026-12-01 10:00:00',
    ...more,
  };
  const { drafts, rejects } = mapOdooOrders([order], rows, facts);
  expect(rejects).toEqual([]);
  return [...drafts];
}

const month = async (first: string) =>
  (
    await select(
      `select coalesce(sum(amount_total), 0) gross, coalesce(sum(amount_total) - sum(refunds_amount), 0) after_refunds,
         coalesce(sum(amount_untaxed) - sum(refunds_untaxed), 0) net, coalesce(sum(refunds_amount), 0) refunds, coalesce(sum(orders), 0) orders
       from kpi.sales_daily where day >= '${first}' and day < date '${first}' + interval '1 month'`,
    )
  )[0];

describe('Tienda Ejemplo, from the sources to the numbers', () => {
  const shop = (nodes: readonly Raw[]) => mapShopOrders(nodes, 'tienda-ejemplo').drafts;
  const odoo = [
    ...odooOrder(21, [[100_000, 19_000]], { client_order_ref: '#1001' }),
    ...odooOrder(22, [[756_303, 143_697]], { state: 'sent' }),
    ...odooOrder(23, [[200_000, 38_000]], { date_order: '2026-12-01 02:30:00' }),
  ];

  test('November 416.500 of 3 orders, sin IVA 350.000, refunds 0; December refunds 83.300; both 333.200', async () => {
    await write(company.odoo, odoo);
    await write(company.shop, shop(fixture.data.orders.nodes));
    expect(await month('2026-11-01')).toEqual(['416500', '416500', '350000', '0', '3']);
    expect(await month('2026-12-01')).toEqual(['0', '-83300', '-70000', '83300', '0']);
    expect(
      await select('select source_ref, status, amount_total, amount_iva, amount_exempt, amount_ledger from public.orders order by 1'),
    ).toEqual([
      ['#1001 · tienda-ejemplo', 'completed', '119000', '19000', '0', '119000'],
      ['#1003 · tienda-ejemplo', 'refunded', '59500', '9500', '0', '59500'],
      ['S00023', 'open', '238000', '38000', '0', null],
    ]);
    expect(await select('select source_ref, reason from kpi.sales_left_out order by 1')).toEqual([
      ['#1002 · tienda-ejemplo', 'cancelled'],
      ['#1004 · tienda-ejemplo', 'gift_card_only'],
      ['#1005 · tienda-ejemplo', 'test'],
    ]);
    expect(await select('select * from kpi.ledger_differences')).toEqual([]);
  });

  test('giving back D on 3 December does not change November', async () => {
    const before = fixture.data.orders.nodes.map((order) => ({
      ...order,
      updatedAt: '2026-11-30T23:00:00Z',
      refunds: [],
      totalRefundedSet: { shopMoney: { amount: '0.0' } },
    }));
    await write(company.odoo, odoo);
    await write(company.shop, shop(before));
    const november = await month('2026-11-01');
    expect(november).toEqual(['416500', '416500', '350000', '0', '3']);
    await write(company.shop, shop(fixture.data.orders.nodes));
    expect(await month('2026-11-01')).toEqual(november);
    expect(await month('2026-12-01')).toEqual(['0', '-83300', '-70000', '83300', '0']);
  });
});

const parts = 'amount_total, amount_untaxed, amount_tax, amount_iva, amount_exempt, amount_products, amount_other, amount_discount';

describe('amounts and their parts', () => {
  test('wine of 10.000: IVA 1.900, ILA 2.050, total 13.950', async () => {
    await write(company.odoo, odooOrder(1, [[10_000, 3_950, { tax_ids: [1, 2] }]]));
    expect(await select(`select ${parts} from public.orders`)).toEqual([['13950', '10000', '3950', '1900', '0', '13950', '0', '0']]);
  });

  test('a basket of 50.000 paid with 20.000 of gift card is 50.000 in Odoo', async () => {
    const card = { product_id: false, is_reward_line: true, reward_id: 7, tax_ids: [] };
    await write(
      company.odoo,
      odooOrder(1, [
        [42_017, 7_983],
        [-20_000, 0, card],
      ]),
    );
    expect(await select(`select ${parts} from public.orders`)).toEqual([['50000', '42017', '7983', '7983', '0', '50000', '0', '0']]);
  });

  test('two dozens are 24 units, in lines and in the products of the day', async () => {
    await write(company.odoo, odooOrder(1, [[24_000, 4_560, { product_uom_qty: 2, product_uom_id: 2 }]]));
    expect(await select(`select quantity, units, amount from public.order_lines`)).toEqual([['2', '24', '28560']]);
    expect(await select(`select day::text, sku, units, amount from kpi.product_sales_daily`)).toEqual([
      ['2026-11-28', 'VINO', '24', '28560'],
    ]);
  });

  test('10 UF at 39.800 are 398.000 pesos, with their IVA; without a rate the sale counts and has no amount', async () => {
    const uf = { currency_id: 172 };
    await write(company.odoo, odooOrder(1, [[8.4, 1.6]], uf));
    expect(await select('select count(*), sum(amount_total) from public.orders')).toEqual([['1', null]]);
    expect(await select('select reason, currency_source, amount_total_source from kpi.sales_left_out')).toEqual([
      ['without_rate', 'CLF', '10'],
    ]);
    const fields = { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-27', rate: '39800', company: null };
    await write(company.odoo, [
      { entity: 'exchange_rate', sourceId: '1', sourceCreatedAt: null, sourceUpdatedAt: '2026-11-27T12:00:00Z', fields },
    ]);
    expect(await select('select amount_total, amount_untaxed, amount_tax, amount_iva, fx_date::text from public.orders')).toEqual([
      ['398000', '334320', '63680', '63680', '2026-11-27'],
    ]);
    expect(await select('select amount, lines_without_rate from kpi.product_sales_daily')).toEqual([['398000', '0']]);
  });

  test('each company of the tenant is converted by its own table of rates', async () => {
    const rate = (id: string, table: string, pesos: string): Draft => ({
      entity: 'exchange_rate',
      sourceId: id,
      sourceCreatedAt: null,
      sourceUpdatedAt: '2026-11-27T12:00:00Z',
      fields: { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-27', rate: pesos, company: table },
    });
    await write(company.odoo, [
      ...odooOrder(1, [[10, 0]], { currency_id: 172, company_id: 1 }),
      ...odooOrder(2, [[10, 0]], { currency_id: 172, company_id: 3 }),
      ...odooOrder(3, [[10, 0]], { currency_id: 172, company_id: 4 }),
      rate('1', '1', '39800'),
      rate('2', '3', '40000'),
    ]);
    const totals = await select('select source_id, amount_total from public.orders order by 1');
    expect(totals.slice(0, 2)).toEqual([
      ['1', '398000'],
      ['2', '400000'],
    ]);
    expect(['398000', '400000']).toContain(totals[2]?.[1]);
  });

  test('a ledger that differs is a warning: the order lands and the difference is listed', async () => {
    await write(company.shop, [orderDraft('1', { amount_total_source: '11900', amount_ledger_source: '11000', shop: 'tienda' })]);
    expect(await select('select amount_total from public.orders')).toEqual([['11900']]);
    expect(await select('select source_ref, difference from kpi.ledger_differences')).toEqual([['#1 · tienda', '900']]);
    await write(company.shop, [
      orderDraft('1', { updatedAt: '2026-11-02T12:00:00Z', amount_total_source: '11900', amount_ledger_source: '11900' }),
    ]);
    expect(await select('select source_ref from kpi.ledger_differences')).toEqual([]);
  });
});

describe('what is beside the amounts', () => {
  const shopOrder = (id: string, more: Parameters<typeof orderDraft>[1]) => orderDraft(id, { shop: 'norte', name: '#1001', ...more });
  const covered = { covered: { from: null, until: '2026-12-02T00:00:00Z' }, lane: 'live' };

  test('#1001 of two shops are two sales that can be told apart', async () => {
    await write(company.shop, [shopOrder('1', {}), shopOrder('2', { shop: 'sur' })]);
    expect(await select('select source_ref from public.orders order by 1')).toEqual([['#1001 · norte'], ['#1001 · sur']]);
  });

  test('a channel shows by the company’s own name for it, and two of one name are one', async () => {
    const orders = [shopOrder('1', { channel: 'pos' }), shopOrder('2', { channel: '580111' }), shopOrder('3', { channel: 'web' })];
    await writeBatch(rig.db, await rig.batch(company.shop, (readSeq += 1), orders, covered));
    await write(company.odoo, []);
    const names = TENANT_SETTINGS.channel_names.schema.parse('pos=Tienda Centro, 580111=Tienda Centro');
    await changeTenant(rig.db, company.tenantId, new Map([['channel_names', names]]), { who: 'test', reason: 'test' });
    expect(await select('select channel from public.orders order by source_id')).toEqual([['Tienda Centro'], ['Tienda Centro'], ['web']]);
    expect(TENANT_SETTINGS.channel_names.schema.safeParse('pos').success).toBe(false);
  });

  test('orders of total zero, of gift cards only and tests are counted apart and are no sales', async () => {
    const zero = { amount_total_source: '0', excluded_because: 'zero_value' as const };
    const orders = [
      shopOrder('1', {}),
      shopOrder('2', zero),
      shopOrder('3', { ...zero, status: 'cancelled' }),
      shopOrder('4', { excluded_because: 'gift_card_only' }),
      shopOrder('5', { excluded_because: 'test' }),
    ];
    await writeBatch(rig.db, await rig.batch(company.shop, (readSeq += 1), orders, covered));
    const apart = async (day: string) =>
      select(`select zero_value_orders, gift_card_only_orders, test_orders, intercompany_orders, coverage from kpi.orders_apart('${day}', '${day}')
        where tenant_id = '${company.tenantId}'`);
    await company.rows("update kpi.freshness set covered_from = null, covered_until = '2026-12-02T00:00:00Z'");
    expect(await select('select count(*) from public.orders')).toEqual([['1']]);
    expect(await apart('2026-11-01')).toEqual([['1', '1', '1', '0', '1']]);
    expect(await apart('2026-12-25')).toEqual([[null, null, null, null, '0']]);
  });
});
