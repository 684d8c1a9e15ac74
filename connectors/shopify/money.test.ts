import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mapOrders } from './mapping.ts';

type Raw = Record<string, unknown>;

const page = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/tienda-ejemplo.json'), 'utf8')) as {
  data: { orders: { nodes: Raw[] } };
};
const plain = page.data.orders.nodes.find((raw) => raw['name'] === '#1001')!;
const plainLine = (plain['lineItems'] as { nodes: Raw[] }).nodes[0]!;

const money = (amount: number) => ({ shopMoney: { amount: `${amount}.0` } });
const whole = (nodes: readonly Raw[]) => ({ pageInfo: { hasNextPage: false, endCursor: null }, nodes });
const taxed = (title: string, amount: number) => ({ title, priceSet: money(amount) });
const line = (id: number, price: number, taxLines: readonly Raw[], more: Raw = {}): Raw => ({
  ...plainLine,
  id: `gid://shopify/LineItem/${id}`,
  quantity: 1,
  currentQuantity: 1,
  originalUnitPriceSet: money(price),
  taxLines,
  ...more,
});
const sale = (lineType: string, amount: number) => ({ lineType, totalAmount: { shopMoney: { amount: `${amount}.0` } } });
const agreement = (reason: string, sales: readonly Raw[]) => ({ reason, sales: whole(sales) });

/** A paid order of these lines; prices include tax. */
function order(lines: readonly Raw[], total: number, tax: number, more: Raw = {}) {
  const raw = {
    ...plain,
    lineItems: whole(lines),
    refunds: [],
    totalPriceSet: money(total),
    currentTotalPriceSet: money(total),
    totalTaxSet: money(tax),
    totalReceivedSet: money(total),
    totalRefundedSet: money(0),
    agreements: whole([agreement('ORDER', [sale('PRODUCT', total)])]),
    ...more,
  };
  const { drafts, rejects, notices } = mapOrders([raw], 'tienda');
  expect(rejects).toEqual([]);
  return {
    fields: drafts.find((draft) => draft.entity === 'order')!.fields,
    lines: drafts.filter((draft) => draft.entity === 'order_line').map((draft) => draft.fields),
    payments: drafts.filter((draft) => draft.entity === 'order_payment').map((draft) => draft.fields),
    notices: notices?.map(({ code }) => code),
  };
}

describe('IVA is not all of the tax', () => {
  test('wine of 13.950: IVA 1.900, ILA 2.050, sin impuestos 10.000', () => {
    const { fields, lines } = order([line(1, 13_950, [taxed('IVA', 1_900), taxed('ILA', 2_050)])], 13_950, 3_950);
    expect(fields).toMatchObject({
      amount_total_source: '13950',
      amount_untaxed_source: '10000',
      amount_tax_source: '3950',
      amount_iva_source: '1900',
      amount_exempt_source: '0',
    });
    expect(lines).toMatchObject([{ amount_iva_source: '1900', units: '1', units_unknown_because: null }]);
  });

  test('a book is exempt; the shop may write the rate into the name of the tax', () => {
    const lines = [line(1, 11_900, [taxed('I.V.A. 19%', 1_900)]), line(2, 8_000, []), line(3, 1_190, [taxed('VAT (incl.)', 190)])];
    expect(order(lines, 21_090, 2_090).fields).toMatchObject({ amount_iva_source: '2090', amount_exempt_source: '8000' });
  });

  test('a tax of another name is none, and tax on duties or fees leaves it unknown', () => {
    expect(order([line(1, 1_000, [taxed('NY State Tax', 80)])], 1_000, 80).fields).toMatchObject({
      amount_iva_source: '0',
      amount_exempt_source: '920',
    });
    expect(order([line(1, 11_900, [taxed('IVA', 1_900)])], 15_000, 2_395).fields).toMatchObject({
      amount_tax_source: '2395',
      amount_iva_source: null,
      amount_exempt_source: null,
    });
  });
});

describe('the ledger of the shop', () => {
  const gone = line(1, 11_900, [taxed('IVA', 1_900)]);

  test('is what was ordered and edited, without gift cards, returns and refunds', () => {
    const agreements = whole([
      agreement('ORDER', [sale('PRODUCT', 9_900), sale('GIFT_CARD', 20_000)]),
      agreement('ORDER_EDIT', [sale('PRODUCT', 2_500), sale('PRODUCT', -500)]),
      agreement('REFUND', [sale('PRODUCT', -5_000)]),
      agreement('RETURN', [sale('PRODUCT', -1_000)]),
    ]);
    const { fields, notices } = order([gone], 11_900, 1_900, { agreements });
    expect(fields).toMatchObject({ amount_ledger_source: '11900', amount_total_source: '11900' });
    expect(notices).toEqual([]);
  });

  test('that differs warns and the order lands with its own total', () => {
    const { fields, notices } = order([gone], 11_900, 1_900, { agreements: whole([agreement('ORDER', [sale('PRODUCT', 11_000)])]) });
    expect(fields).toMatchObject({ amount_total_source: '11900', amount_ledger_source: '11000', status: 'completed' });
    expect(notices).toEqual(['ledger_difference']);
  });

  test('that was not read whole is unknown', () => {
    const cut = { pageInfo: { hasNextPage: true }, nodes: [agreement('ORDER', [sale('PRODUCT', 1)])] };
    expect(order([gone], 11_900, 1_900, { agreements: cut }).fields).toMatchObject({ amount_ledger_source: null });
  });
});

test('a basket of 50.000 paid with 20.000 of gift card is a sale of 50.000', () => {
  const [card] = plain['transactions'] as Raw[];
  const transactions = [
    { ...card, id: 'gid://shopify/OrderTransaction/1', gateway: 'gift_card', amountSet: money(20_000) },
    { ...card, id: 'gid://shopify/OrderTransaction/2', gateway: 'webpay', amountSet: money(30_000) },
  ];
  const found = order([line(1, 50_000, [taxed('IVA', 7_983)])], 50_000, 7_983, { transactions, transactionsCount: { count: 2 } });
  expect(found.fields).toMatchObject({ amount_total_source: '50000', amount_discount_source: '0', payment_state: 'paid' });
  expect(found.payments).toMatchObject([
    { gateway: 'gift_card', amount_source: '20000' },
    { gateway: 'webpay', amount_source: '30000' },
  ]);
});

test('free shipping is a discount on shipping, not on products', () => {
  const free = {
    id: 'gid://shopify/ShippingLine/9',
    title: 'Despacho',
    isRemoved: false,
    originalPriceSet: money(3_990),
    discountedPriceSet: money(0),
    taxLines: [],
  };
  expect(order([line(1, 11_900, [taxed('IVA', 1_900)])], 11_900, 1_900, { shippingLines: whole([free]) }).fields).toMatchObject({
    amount_products_source: '11900',
    amount_shipping_source: '0',
    amount_discount_source: '3990',
  });
});

test('the channel is the shop’s word, or the name of the app whose number stands there; the shop is named', () => {
  const channel = (more: Raw) => order([line(1, 100, [])], 100, 0, more).fields;
  expect(channel({ sourceName: 'pos', app: { name: 'Point of Sale' } })).toMatchObject({ channel: 'pos', shop: 'tienda' });
  expect(channel({ sourceName: '1424624641', app: { name: 'Mercado Central' } })).toMatchObject({ channel: 'Mercado Central' });
  expect(channel({ sourceName: '1424624641', app: null })).toMatchObject({ channel: '1424624641' });
});

test('a sale imported later is on the day it was made', () => {
  expect(
    order([line(1, 100, [])], 100, 0, { createdAt: '2026-11-30T12:00:00Z', processedAt: '2026-01-05T12:00:00Z' }).fields,
  ).toMatchObject({
    created_at: '2026-01-05T12:00:00Z',
  });
});
