import { expect, test } from 'vitest';
import type { SaleLine } from './mapping/read-invoice.ts';
import { mapInvoices } from './streams/invoices.ts';

const STAMPS = { create_date: '2026-11-28 12:00:00', write_date: '2026-11-28 12:00:00' };

interface RawLine {
  readonly id: number;
  readonly gross: number;
  readonly saleLine?: number;
  readonly product?: number;
  readonly quantity?: number;
}

/** What a posted invoice of these lines is as sales: untaxed, so that each amount is what is written. */
function salesOf(lines: readonly RawLine[], saleLines: ReadonlyMap<number, Partial<SaleLine>> = new Map(), invoice: object = {}) {
  const total = lines.reduce((sum, { gross }) => sum + gross, 0);
  const raw = {
    ...STAMPS,
    id: 12,
    name: 'FAC 12',
    move_type: 'out_invoice',
    state: 'posted',
    invoice_date: '2026-11-28',
    partner_id: 9,
    company_id: 1,
    currency_id: 45,
    amount_untaxed: total,
    amount_tax: 0,
    amount_total: total,
    ...invoice,
  };
  const rows = lines.map(({ id, gross, saleLine, product = 30, quantity = 1 }) => ({
    ...STAMPS,
    id,
    move_id: 12,
    display_type: 'product',
    name: 'x',
    product_id: product,
    quantity,
    price_unit: gross,
    discount: 0,
    price_subtotal: gross,
    price_total: gross,
    tax_ids: [],
    sale_line_ids: saleLine === undefined ? [] : [saleLine],
  }));
  const plain: SaleLine = { is_delivery: null, is_downpayment: null, is_reward_line: null, reward_id: null, unit: 1 };
  const { drafts, rejects } = mapInvoices([raw], rows, {
    currencies: new Map([[45, { code: 'CLP', places: 0 }]]),
    companyCurrency: new Map([[1, 45]]),
    companyPartners: new Set(),
    documentTypes: new Map(),
    taxes: new Map(),
    units: new Map([
      [1, { root: 'piece', size: 1_000_000_000_000n }],
      [2, { root: 'piece', size: 12_000_000_000_000n }],
    ]),
    loyalty: { rewards: new Map([[5, { programType: 'gift_card', rewardType: 'discount' }]]), giftCardProducts: new Set([40]) },
    tips: new Set(['PROPINA']),
    teams: new Map([[3, 'Ventas Sur']]),
    products: new Map([
      [30, { sku: 'POL', unit: 1 }],
      [31, { sku: 'PROPINA', unit: 1 }],
    ]),
    saleOrders: new Map([...saleLines.keys()].map((id) => [id, Math.floor(id / 100)])),
    saleLines: new Map([...saleLines].map(([id, said]) => [id, { ...plain, ...said }])),
    origins: new Map(),
    references: new Map(),
    companyRuts: new Map(),
  });
  expect(rejects).toEqual([]);
  const orders = drafts.flatMap((draft) => (draft.entity === 'order' ? [{ id: draft.sourceId, ...draft.fields }] : []));
  const kinds = drafts.flatMap((draft) => (draft.entity === 'order_line' ? [[draft.fields.line_kind, draft.fields.units]] : []));
  return { orders, kinds };
}

test('a basket of 50.000 of which a gift card paid 20.000 is a sale of 50.000, as its order is (MEANING 18)', () => {
  const { orders, kinds } = salesOf(
    [
      { id: 1, gross: 50_000, saleLine: 2101 },
      { id: 2, gross: -20_000, saleLine: 2102 },
    ],
    new Map([
      [2101, {}],
      [2102, { is_reward_line: true, reward_id: 5 }],
    ]),
  );
  expect(orders).toMatchObject([{ id: 'invoice:12/21', invoice_id: '12', invoiced_order_id: '21', amount_total_source: '50000' }]);
  expect(kinds).toEqual([
    ['product', '1'],
    ['gift_card', null],
  ]);
});

test('a gift card alone is no sale', () => {
  expect(salesOf([{ id: 1, gross: 20_000, product: 40, saleLine: 2101 }], new Map([[2101, {}]])).orders).toMatchObject([
    { excluded_because: 'gift_card_only', amount_total_source: '0' },
  ]);
});

test('delivery, tips, discounts and down payments are what they are in the order', () => {
  const { orders, kinds } = salesOf(
    [
      { id: 1, gross: 10_000, saleLine: 2101 },
      { id: 2, gross: 3_000, saleLine: 2102 },
      { id: 3, gross: 500, product: 31, saleLine: 2103 },
      { id: 4, gross: -1_000, saleLine: 2104 },
      { id: 5, gross: -5_000, saleLine: 2105, quantity: -1 },
    ],
    new Map([
      [2101, {}],
      [2102, { is_delivery: true }],
      [2103, {}],
      [2104, {}],
      [2105, { is_downpayment: true }],
    ]),
  );
  expect(kinds.map(([kind]) => kind)).toEqual(['product', 'shipping', 'tip', 'discount', 'down_payment']);
  expect(orders).toMatchObject([
    {
      amount_total_source: '7500',
      amount_products_source: '9000',
      amount_shipping_source: '3000',
      amount_discount_source: '1000',
      amount_other_source: '-4500',
    },
  ]);
});

test('two dozens are 24, by the unit of the order where the document says none (MEANING 17)', () => {
  expect(salesOf([{ id: 1, gross: 24_000, quantity: 2, saleLine: 2101 }], new Map([[2101, { unit: 2 }]])).kinds).toEqual([
    ['product', '24'],
  ]);
});

test.each([
  [{ website_id: 1, team_id: 3 }, 'website'],
  [{ team_id: 3 }, 'Ventas Sur'],
  [{}, 'odoo'],
])('the channel of %o is %s, as that of its order', (invoice, channel) => {
  expect(salesOf([{ id: 1, gross: 1000, saleLine: 2101 }], new Map([[2101, {}]]), invoice).orders).toMatchObject([{ channel }]);
});

test('drafts and cancelled documents are no sale', () => {
  for (const state of ['draft', 'cancel'])
    expect(salesOf([{ id: 1, gross: 1000, saleLine: 2101 }], new Map([[2101, {}]]), { state }).orders).toEqual([]);
});
