import { describe, expect, test } from 'vitest';
import type { OdooClient } from './client.ts';
import { mapExchangeRate } from './mapping/exchange-rate.ts';
import type { SaleFacts } from './sale-facts.ts';
import { mapOrders } from './streams/orders.ts';
import { readTaxes } from './taxes.ts';
import { readUnits } from './units.ts';

/** An Odoo that holds these rows and whose user may read these fields. */
function holding(rows: Readonly<Record<string, readonly object[]>>): OdooClient {
  return {
    fields: async (model: string) => Promise.resolve(model in rows ? new Set(Object.keys(rows[model]?.[0] ?? {})) : null),
    searchRead: async (model: string) => Promise.resolve(rows[model] ?? []),
  } as unknown as OdooClient;
}

const tax = (id: number, amount: number, code: number, more: object = {}) => ({
  id,
  amount,
  amount_type: 'percent',
  price_include: false,
  children_tax_ids: [] as readonly number[],
  l10n_cl_sii_code: code,
  ...more,
});
/** IVA, ILA of wine, exempt, a fixed one, the first two as a group, one that somebody made without a code. */
const taxes = [
  tax(1, 19, 14),
  tax(2, 20.5, 25),
  tax(3, 0, 0),
  tax(4, 300, 99, { amount_type: 'fixed' }),
  tax(5, 0, 0, { amount_type: 'group', children_tax_ids: [1, 2] }),
  tax(6, 19, 0),
];
/** Pieces, dozens, kilos (counted in grams), hours; as Odoo 19 and as Odoo 16 state them. */
const units19 = [
  { id: 1, factor: 1, relative_uom_id: false },
  { id: 2, factor: 12, relative_uom_id: 1 },
  { id: 3, factor: 1, relative_uom_id: false },
  { id: 4, factor: 1000, relative_uom_id: 3 },
  { id: 5, factor: 1, relative_uom_id: false },
];
const units16 = [
  { id: 1, factor: 1, category_id: 1 },
  { id: 2, factor: 1 / 12, category_id: 1 },
  { id: 3, factor: 1000, category_id: 2 },
  { id: 4, factor: 1, category_id: 2 },
  { id: 5, factor: 1, category_id: 3 },
];

async function facts(more: Partial<SaleFacts> = {}, units: readonly object[] = units19): Promise<SaleFacts> {
  const client = holding({ 'account.tax': taxes, 'uom.uom': units });
  return {
    currencies: new Map([[45, { code: 'CLP', places: 0 }]]),
    companyPartners: new Set(),
    loyalty: { rewards: new Map([[7, { programType: 'gift_card', rewardType: 'discount' }]]), giftCardProducts: new Set([40]) },
    taxes: (await readTaxes(client)).taxes,
    units: await readUnits(client),
    tips: new Set(['PROPINA']),
    teams: new Map([[3, 'Mayoristas']]),
    shopOrderIdFields: [],
    shopStoreFields: [],
    shopReferencePrefixes: [],
    // Counted in pieces; in kilos; a tip; a gift card; one that cannot be read.
    products: new Map([
      [30, { sku: 'HUEVO', unit: 1 }],
      [31, { sku: 'HARINA', unit: 4 }],
      [32, { sku: 'Propina', unit: 1 }],
      [40, { sku: null, unit: 1 }],
      [41, { sku: null, unit: null }],
    ]),
    notices: [],
    ...more,
  };
}

const order = (untaxed: number, taxed: number, more: object = {}) => ({
  id: 21,
  name: 'S00021',
  state: 'sale',
  date_order: '2026-11-28 13:00:00',
  currency_id: 45,
  amount_untaxed: untaxed,
  amount_tax: taxed,
  amount_total: untaxed + taxed,
  write_date: '2026-11-29 09:00:00',
  ...more,
});
const line = (id: number, subtotal: number, taxed: number, taxIds: readonly number[], more: object = {}) => ({
  id,
  order_id: 21,
  product_id: 30,
  name: 'Cosa',
  display_type: false,
  product_uom_qty: 1,
  product_uom_id: 1,
  tax_ids: taxIds,
  price_unit: subtotal,
  discount: 0,
  price_subtotal: subtotal,
  price_tax: taxed,
  price_total: subtotal + taxed,
  currency_id: 45,
  write_date: '2026-11-29 09:00:00',
  ...more,
});

async function mapped(raw: object, lines: readonly object[], more: Partial<SaleFacts> = {}, units?: readonly object[]) {
  const { drafts, rejects } = mapOrders([raw], lines, await facts(more, units));
  expect(rejects).toEqual([]);
  const found = drafts.find((draft) => draft.entity === 'order')!.fields;
  const lineFields = (id: number) => drafts.find((draft) => draft.entity === 'order_line' && draft.sourceId === String(id))!.fields;
  return { order: found, line: lineFields };
}

describe('IVA is not all of the tax', () => {
  test('wine of 10.000: IVA 1.900, ILA 2.050, total 13.950', async () => {
    const found = await mapped(order(10_000, 3_950), [line(1, 10_000, 3_950, [1, 2])]);
    expect(found.order).toMatchObject({
      amount_total_source: '13950',
      amount_tax_source: '3950',
      amount_iva_source: '1900',
      amount_exempt_source: '0',
    });
    expect(found.line(1)).toMatchObject({ amount_iva_source: '1900', amount_tax_source: '3950' });
    const grouped = await mapped(order(10_000, 3_950), [line(1, 10_000, 3_950, [5])]);
    expect(grouped.order).toMatchObject({ amount_iva_source: '1900', amount_exempt_source: '0' });
  });

  test('an exempt line, with a tax of nothing or with none, is base without IVA', async () => {
    const found = await mapped(order(25_000, 1_900), [line(1, 10_000, 1_900, [1]), line(2, 8_000, 0, [3]), line(3, 7_000, 0, [])]);
    expect(found.order).toMatchObject({ amount_iva_source: '1900', amount_exempt_source: '15000', amount_untaxed_source: '25000' });
  });

  test('what rounding per document adds or takes belongs to the IVA', async () => {
    const found = await mapped(order(303, 58), [line(1, 101, 19, [1]), line(2, 101, 19, [1]), line(3, 101, 19, [1])]);
    expect(found.order).toMatchObject({ amount_iva_source: '58', amount_tax_source: '58' });
  });

  test('it is unknown, never guessed, where taxes cannot be read, are not known or do not explain the amount', async () => {
    const unreadable = await mapped(order(10_000, 1_900), [line(1, 10_000, 1_900, [1])], { taxes: null });
    expect(unreadable.order).toMatchObject({ amount_iva_source: null, amount_exempt_source: null });
    const unknown = await mapped(order(10_000, 1_900), [line(1, 10_000, 1_900, [99])]);
    expect(unknown.order).toMatchObject({ amount_iva_source: null, amount_exempt_source: null });
    const uncoded = await mapped(order(10_000, 1_900), [line(1, 10_000, 1_900, [6])]);
    expect(uncoded.order).toMatchObject({ amount_iva_source: null, amount_exempt_source: null });
    const fixed = await mapped(order(10_000, 2_200), [line(1, 10_000, 2_200, [1, 4])]);
    expect(fixed.order).toMatchObject({ amount_iva_source: null, amount_exempt_source: '0' });
    // Without any tax there is no IVA, whatever the taxes are called.
    const untaxed = await mapped(order(10_000, 0), [line(1, 10_000, 0, [99])], { taxes: null });
    expect(untaxed.order).toMatchObject({ amount_iva_source: '0', amount_exempt_source: '10000' });
  });

  test('taxes without a code of the SII say nothing, and it is told', async () => {
    const { taxes: none, notices } = await readTaxes(holding({ 'account.tax': [{ id: 1, amount: 21, amount_type: 'percent' }] }));
    expect(none).toBeNull();
    expect(notices.map(({ code }) => code)).toEqual(['iva_unknown']);
  });
});

describe.each([
  ['19', units19, (unit: number) => ({ product_uom_id: unit })],
  ['16', units16, (unit: number) => ({ product_uom_id: undefined, product_uom: unit })],
] as const)('units of Odoo %s', (_, units, inUnit) => {
  const unitsOf = async (more: object) => (await mapped(order(100, 0), [line(1, 100, 0, [], more)], {}, units)).line(1);

  test('two dozens of what is counted in pieces are 24', async () => {
    expect(await unitsOf({ product_uom_qty: 2, ...inUnit(2) })).toMatchObject({ quantity: '2', units: '24', units_unknown_because: null });
  });

  test('grams of what is counted in kilos, and pieces that need no converting', async () => {
    expect(await unitsOf({ product_id: 31, product_uom_qty: 750, ...inUnit(3) })).toMatchObject({ units: '0.75' });
    expect(await unitsOf({ product_uom_qty: 1.5, ...inUnit(1) })).toMatchObject({ units: '1.5' });
  });

  test('a unit of another kind, an unknown one and a product that cannot be read leave units unknown, with the reason', async () => {
    expect(await unitsOf({ ...inUnit(5) })).toMatchObject({ units: null, units_unknown_because: 'unit_of_other_kind' });
    expect(await unitsOf({ ...inUnit(77) })).toMatchObject({ units: null, units_unknown_because: 'unit_unknown' });
    expect(await unitsOf({ product_id: 41, ...inUnit(1) })).toMatchObject({ units: null, units_unknown_because: 'product_unknown' });
  });
});

describe('what is no product', () => {
  test('a basket of 50.000 paid with 20.000 of gift card is a sale of 50.000', async () => {
    const paid = line(2, -20_000, 0, [], { product_id: 40, is_reward_line: true, reward_id: 7 });
    const found = await mapped(order(22_017, 7_983), [line(1, 42_017, 7_983, [1]), paid]);
    expect(found.order).toMatchObject({
      amount_total_source: '50000',
      amount_untaxed_source: '42017',
      amount_products_source: '50000',
      amount_discount_source: '0',
      amount_iva_source: '7983',
      amount_exempt_source: '0',
    });
    expect(found.line(2)).toMatchObject({ line_kind: 'gift_card', units: null });
  });

  test('a tip is neither product nor shipping', async () => {
    const found = await mapped(order(11_000, 1_900), [line(1, 10_000, 1_900, [1]), line(2, 1_000, 0, [], { product_id: 32 })]);
    expect(found.order).toMatchObject({ amount_total_source: '12900', amount_products_source: '11900', amount_other_source: '1000' });
    expect(found.line(2)).toMatchObject({ line_kind: 'tip', units: null, units_unknown_because: null });
  });
});

describe('discounts are told with IVA, never below zero', () => {
  test('by percent, by a line of their own, and whole', async () => {
    const lines = [
      line(1, 9_000, 1_710, [1], { price_unit: 10_000, discount: 10 }),
      line(2, -1_000, -190, [1], { price_unit: -1_000 }),
      line(3, 0, 0, [1], { price_unit: 5_000, discount: 100 }),
    ];
    const found = await mapped(order(8_000, 1_520), lines);
    expect([1, 2, 3].map((id) => found.line(id))).toMatchObject([
      { amount_discount_source: '1190' },
      { line_kind: 'discount', amount_discount_source: '1190' },
      { amount_discount_source: '5950' },
    ]);
    expect(found.order).toMatchObject({ amount_products_source: '9520', amount_discount_source: '8330', amount_shipping_source: '0' });
  });
});

describe('channel', () => {
  test('the website, else the sales team, else Odoo', async () => {
    const channelOf = async (more: object) => (await mapped(order(100, 0, more), [line(1, 100, 0, [])])).order;
    expect(await channelOf({ website_id: 1, team_id: 3 })).toMatchObject({ channel: 'website' });
    expect(await channelOf({ team_id: 3 })).toMatchObject({ channel: 'Mayoristas' });
    expect(await channelOf({ team_id: 9 })).toMatchObject({ channel: 'odoo', shop: null });
  });
});

describe('the UF', () => {
  const rate = (pesos: number, day: string) =>
    mapExchangeRate(
      { id: 1, name: day, currency_id: 172, company_id: 1, inverse_company_rate: pesos, write_date: '2026-11-28 10:00:00' },
      {
        currencies: new Map([
          [45, { code: 'CLP', places: 0 }],
          [172, { code: 'CLF', places: 2 }],
        ]),
        companyCurrency: new Map([[1, 45]]),
        firstCurrency: 45,
      },
    );

  test('is between 30.000 and 60.000 pesos; a rate the wrong way round is refused, with the reason', () => {
    expect(rate(39_800, '2026-11-27')).toMatchObject({ draft: { fields: { currency: 'CLF', rate: '39800' } } });
    expect(rate(23_000, '2014-01-01')).toMatchObject({ draft: { fields: { rate: '23000' } } });
    for (const pesos of [1 / 39_800, 3.98, 29_999, 398_000]) {
      expect(rate(pesos, '2026-11-27')).toMatchObject({ reject: { reason: expect.stringContaining('wrong way round') as string } });
    }
  });
});
