import { describe, expect, test } from 'vitest';
import { collect } from './mapping/collect.ts';
import { mapCustomer } from './mapping/customer.ts';
import { mapExchangeRate } from './mapping/exchange-rate.ts';
import { mapInventoryLevel } from './mapping/inventory-level.ts';
import { mapProduct } from './mapping/product.ts';
import { mapOrders } from './streams/orders.ts';
import type { SaleFacts } from './sale-facts.ts';
import { SHOP_ORDER_ID_FIELDS } from './mapping/shop-reference.ts';
import saleOrderLines from './fixtures/sale-order-lines.json' with { type: 'json' };
import saleOrders from './fixtures/sale-orders.json' with { type: 'json' };
import partners from './fixtures/partners.json' with { type: 'json' };
import products from './fixtures/products.json' with { type: 'json' };
import quants from './fixtures/quants.json' with { type: 'json' };
import rates from './fixtures/rates.json' with { type: 'json' };

const currencies = new Map([
  [1, { code: 'USD', places: 2 }],
  [45, { code: 'CLP', places: 0 }],
  [171, { code: 'CLF', places: 2 }],
]);

/** Reward 7 is a gift card used as payment, 8 free delivery; product 40 is the gift card that is sold. */
const facts: SaleFacts = {
  currencies,
  companyPartners: new Set([10, 12]),
  loyalty: {
    rewards: new Map([
      [7, { programType: 'gift_card', rewardType: 'discount' }],
      [8, { programType: 'promotion', rewardType: 'shipping' }],
    ]),
    giftCardProducts: new Set([40]),
  },
  shopOrderIdFields: SHOP_ORDER_ID_FIELDS,
  shopStoreFields: [],
  shopReferencePrefixes: [],
  products: new Map([[30, { sku: 'LAM-1', unit: 1 }]]),
  taxes: null,
  units: null,
  tips: new Set(),
  teams: new Map(),
  notices: [],
};

const orderFixture = (id: number) => saleOrders.find((order) => order.id === id) ?? {};
const lineFixture = (id: number) => saleOrderLines.find((line) => line.id === id) ?? {};

function mapped(orders: readonly unknown[] = saleOrders, lines: readonly unknown[] = saleOrderLines, more: Partial<SaleFacts> = {}) {
  const { drafts, rejects } = mapOrders(orders, lines, { ...facts, ...more });
  return {
    rejects,
    order: (id: number) => drafts.find((draft) => draft.entity === 'order' && draft.sourceId === String(id)),
    line: (id: number) => drafts.find((draft) => draft.entity === 'order_line' && draft.sourceId === String(id)),
  };
}

describe('orders', () => {
  const { order, line, rejects } = mapped();

  test('every fixture maps', () => {
    expect(rejects).toEqual([]);
  });

  test('an order is split into products, shipping and discount, with the shop’s references', () => {
    expect(order(21)).toMatchObject({
      sourceId: '21',
      sourceCreatedAt: '2026-11-28T13:02:11Z',
      sourceUpdatedAt: '2026-11-29T09:00:00Z',
      complete: ['order_line'],
      fields: {
        status: 'completed',
        source_status: 'sale/invoiced/full',
        created_at: '2026-11-28T13:00:00Z',
        amount_total_source: '119000',
        amount_untaxed_source: '100000',
        amount_tax_source: '19000',
        amount_products_source: '107100',
        amount_shipping_source: '11900',
        amount_other_source: '0',
        amount_discount_source: '11900',
        shop_order_id: '5843276169342',
        shop_order_name: '1001',
      },
    });
  });

  test('a quotation of the website is a cart and no sale', () => {
    expect(order(22)?.fields).toMatchObject({ status: 'quotation', channel: 'website', source_status: 'sent/no' });
  });

  test('a gift card paid with is added back, with its line kept as one', () => {
    expect(order(23)?.fields).toMatchObject({
      amount_total_source: '59500',
      amount_untaxed_source: '50000',
      amount_tax_source: '9500',
      amount_discount_source: '0',
      excluded_because: null,
    });
    expect(line(55)?.fields).toMatchObject({ line_kind: 'gift_card', amount_source: '-20000' });
  });

  test('an order of nothing is none, and what was given away is its discount', () => {
    expect(order(24)?.fields).toMatchObject({ excluded_because: 'zero_value', amount_discount_source: '15000' });
  });

  test('a sale to a contact of an own company is intercompany', () => {
    expect(order(25)?.fields).toMatchObject({ excluded_because: 'intercompany', status: 'open' });
  });

  test('an order of a gift card only is none', () => {
    expect(order(26)?.fields).toMatchObject({ excluded_because: 'gift_card_only', amount_total_source: '0', amount_products_source: '0' });
  });

  test('amounts are rounded to the places of their currency: UF is CLF with two', () => {
    expect(order(27)?.fields).toMatchObject({ currency_source: 'CLF', amount_total_source: '11.9', amount_tax_source: '1.9' });
  });

  test('a discount line lowers products, free delivery lowers shipping, and both are discount', () => {
    expect(order(28)?.fields).toMatchObject({
      amount_total_source: '52360',
      amount_products_source: '52360',
      amount_shipping_source: '0',
      amount_other_source: '0',
      amount_discount_source: '10710',
      shop_order_name: '1002',
    });
    expect([58, 59, 60, 61, 62].map((id) => line(id)?.fields)).toMatchObject([
      { line_kind: 'product', quantity: '2', unit_price_source: '25000' },
      { line_kind: 'discount', amount_source: '-7140', amount_discount_source: '7140' },
      { line_kind: 'section', product_id: null, amount_source: '0' },
      { line_kind: 'shipping', amount_source: '3570' },
      { line_kind: 'reward', amount_source: '-3570', amount_discount_source: '3570' },
    ]);
  });

  test('a cancelled order is cancelled; its down payment is a line of its own kind', () => {
    expect(order(29)?.fields).toMatchObject({ status: 'cancelled', cancelled_at: null });
    expect(line(64)?.fields).toMatchObject({ line_kind: 'down_payment', amount_source: '0', amount_discount_source: '0' });
  });

  test('a discount in percent is taken from the line total with tax', () => {
    expect(line(65)?.fields).toMatchObject({
      quantity: '3',
      unit_price_source: '19990.4',
      amount_source: '64229',
      amount_untaxed_source: '53974',
      amount_tax_source: '10255',
      amount_discount_source: '7137',
    });
  });

  test('a line is called by its first line: the rest is free text', () => {
    expect(line(51)?.fields).toMatchObject({ name: '[LAM-1] Lámpara de mesa', sku: 'LAM-1' });
    expect(JSON.stringify([line(51), order(28)])).not.toMatch(/vecina|OC 4411/);
  });

  test.each([
    ['sale', 'invoiced', 'full', 'completed'],
    ['sale', 'upselling', false, 'completed'],
    ['done', 'invoiced', 'full', 'completed'],
    ['sale', 'to invoice', 'full', 'open'],
    ['sale', 'invoiced', 'started', 'open'],
    ['done', 'no', 'pending', 'open'],
    ['draft', 'no', false, 'quotation'],
    ['cancel', 'invoiced', 'full', 'cancelled'],
    ['approval', 'no', false, 'open'],
  ])('state %s, invoicing %s, delivery %s is %s', (state, invoice_status, delivery_status, status) => {
    const one = mapped([{ ...orderFixture(21), state, invoice_status, delivery_status }]);
    expect(one.order(21)?.fields).toMatchObject({ status });
  });

  test.each([
    [{ shopify_order_id: false, x_shopify_order_id: '77' }, [...SHOP_ORDER_ID_FIELDS], '77'],
    [{ shopify_order_id: '1', x_web: '2' }, ['x_web', ...SHOP_ORDER_ID_FIELDS], '2'],
    [{ shopify_order_id: 0, shopify_id: 88 }, [...SHOP_ORDER_ID_FIELDS], '88'],
    [{ shopify_order_id: 'pendiente' }, [...SHOP_ORDER_ID_FIELDS], null],
  ])('the shop’s order id of %o', (fields, shopOrderIdFields, expected) => {
    expect(mapped([{ ...orderFixture(21), ...fields }], [], { shopOrderIdFields }).order(21)?.fields).toMatchObject({
      shop_order_id: expected,
    });
  });
});

describe('bad records', () => {
  test.each([
    ['a missing id', { id: undefined }, 'id: is missing'],
    ['a wrong type', { amount_total: 'mucho' }, 'amount_total: is not a number within 2^53'],
    ['a number beyond 2^53', { amount_total: 2 ** 60 }, 'amount_total: is not a number within 2^53'],
    ['NaN, as outbound hands it on', { amount_tax: 'NaN' }, 'amount_tax: is not a number within 2^53'],
    ['a datetime with a zone', { date_order: '2026-11-28T13:00:00Z' }, 'date_order: is neither a datetime nor false'],
    ['no date', { date_order: false }, 'lacks name, state or date_order'],
    ['an unknown currency', { currency_id: 999 }, 'its currency (999) cannot be read'],
    ['amounts that contradict each other', { amount_tax: 1 }, 'amount_untaxed and amount_tax do not add up to amount_total'],
  ])('%s sends the order to quarantine with the reason, without free text', (_what, change, reason) => {
    const { rejects, order } = mapped([{ ...orderFixture(21), ...change, client_order_ref: 'para Ana' }, orderFixture(22)]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]?.reason).toContain(reason);
    expect(JSON.stringify(rejects)).not.toContain('Ana');
    expect(order(22)).toBeDefined();
  });

  test('an order with a line that cannot be read does not claim to carry all its lines', () => {
    const { rejects, order, line } = mapped([orderFixture(21)], [{ ...lineFixture(51), price_total: null }, lineFixture(52)]);
    expect(rejects).toMatchObject([{ entity: 'order_line', sourceId: '51' }]);
    expect(order(21)).not.toHaveProperty('complete');
    expect(line(52)).toBeDefined();
  });
});

describe('products', () => {
  test('are storable by their flag, or by their type on Odoo 16', () => {
    const { drafts } = collect(products, (product) => mapProduct(product, new Set([40])));
    expect(drafts.map(({ fields }) => fields)).toEqual([
      {
        sku: 'LAM-1',
        barcode: '7800000000017',
        name: 'Lámpara de mesa',
        kind: 'storable',
        active: true,
        tracked: true,
        list_price: '119000',
        parent: '300',
      },
      { sku: null, barcode: null, name: 'Despacho', kind: 'service', active: true, tracked: false, list_price: '0', parent: '301' },
      { sku: 'GC', barcode: null, name: 'Gift card', kind: 'gift_card', active: true, tracked: false, list_price: '20000', parent: '310' },
      { sku: null, barcode: null, name: 'Pack hogar', kind: 'bundle', active: false, tracked: false, list_price: '15.8', parent: '311' },
      {
        sku: 'ALM',
        barcode: null,
        name: 'Producto almacenable de Odoo 16',
        kind: 'storable',
        active: true,
        tracked: true,
        list_price: '0.0000001',
        parent: '312',
      },
    ]);
  });
});

describe('customers', () => {
  test('show a company’s RUT, mask a person’s, and say whether it is valid', () => {
    const { drafts } = collect(partners, (partner) => mapCustomer(partner, new Map([[1175, 'Metropolitana']])));
    expect(drafts.map(({ fields }) => fields)).toEqual([
      { kind: 'person', rut_display: '*****678-5', rut_valid: true, comuna: 'Ñuñoa', region: 'Metropolitana', commercial_id: '20' },
      { kind: 'company', rut_display: '76042235-5', rut_valid: true, comuna: null, region: null, commercial_id: '21' },
      { kind: 'company', rut_display: '*****235-6', rut_valid: false, comuna: null, region: null, commercial_id: '22' },
      { kind: 'company', rut_display: null, rut_valid: false, comuna: 'Turlock', region: null, commercial_id: '23' },
    ]);
    expect(JSON.stringify(drafts.map(({ raw }) => raw))).not.toMatch(/ana@|12\.345|California/);
  });
});

describe('stock', () => {
  test('subtracts without the noise of floats, and knows whose it is', () => {
    const { drafts } = collect(quants, (quant) => mapInventoryLevel(quant, new Set([10])));
    expect(drafts.map(({ fields }) => fields)).toMatchObject([
      { quantity_on_hand: '12', quantity_reserved: '3', quantity_available: '9', foreign_owner: false },
      { quantity_on_hand: '0.1', quantity_reserved: '0.3', quantity_available: '-0.2', foreign_owner: true },
      { quantity_on_hand: '-11', quantity_available: '-11', foreign_owner: false },
    ]);
  });
});

describe('exchange rates', () => {
  test('are the company’s currency per unit; a rate of nothing is refused', () => {
    const { drafts, rejects } = collect(rates, (rate) =>
      mapExchangeRate(rate, { currencies, companyCurrency: new Map([[1, 45]]), firstCurrency: 45 }),
    );
    expect(drafts.map(({ fields }) => fields)).toEqual([
      { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-28', rate: '39800.12', company: '1' },
      { currency: 'USD', base_currency: 'CLP', rate_date: '2026-11-28', rate: '950.25', company: '1' },
      { currency: 'USD', base_currency: 'CLP', rate_date: '2026-11-28', rate: '950', company: null },
    ]);
    expect(rejects).toMatchObject([{ sourceId: '4', reason: 'odoo exchange_rate: is not above zero' }]);
  });
});
