import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENTITIES, type DraftFor, type Entity } from '#contract';
import { mapOrders, type Mapped } from './mapping.ts';

type Raw = Record<string, unknown>;

function ordersOf(file: string): Raw[] {
  const page = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', file), 'utf8')) as { data: { orders: { nodes: Raw[] } } };
  return page.data.orders.nodes;
}

function drafts<E extends Entity>(mapped: Mapped, entity: E): DraftFor<E>[] {
  return mapped.drafts.filter((draft) => draft.entity === entity) as unknown as DraftFor<E>[];
}

const ejemplo = mapOrders(ordersOf('tienda-ejemplo.json'), 'tienda-ejemplo');
const order = (id: string) => drafts(ejemplo, 'order').find((draft) => draft.sourceId === id)!.fields;
const unusual = ordersOf('orders-unusual.json');
const one = (name: string): Mapped =>
  mapOrders(
    unusual.filter((raw) => String(raw['name']).includes(name)),
    'tienda-ejemplo',
  );
const header = (mapped: Mapped) => drafts(mapped, 'order')[0]!.fields;
/** What the lines say, briefly: id, kind, units, amount, tax, discount. */
const lines = (mapped: Mapped) =>
  drafts(mapped, 'order_line').map(({ sourceId, fields: f }) =>
    [sourceId, f.line_kind, f.quantity, f.amount_source, f.amount_tax_source, f.amount_discount_source].join(' '),
  );
const refunds = (mapped: Mapped) =>
  drafts(mapped, 'refund').map(({ sourceId, fields: f }) =>
    [sourceId, f.amount_total_source, f.amount_tax_source, f.amount_paid_back_source].join(' '),
  );
const cents = (amount: string): number => Math.round(Number(amount) * 100);

describe('Tienda Ejemplo', () => {
  test('a refunded sale keeps its day and its amount, the refund stands beside it', () => {
    expect(order('5840000001001')).toEqual({
      name: '#1001',
      status: 'completed',
      excluded_because: null,
      payment_state: 'paid',
      source_status: 'PARTIALLY_REFUNDED/FULFILLED',
      created_at: '2026-11-28T13:00:00Z',
      cancelled_at: null,
      currency_source: 'CLP',
      amount_total_source: '119000',
      amount_untaxed_source: '100000',
      amount_tax_source: '19000',
      amount_products_source: '119000',
      amount_shipping_source: '0',
      amount_discount_source: '0',
      amount_other_source: '0',
      amount_iva_source: '19000',
      amount_exempt_source: '0',
      amount_ledger_source: '119000',
      customer_id: '6950000000001',
      channel: 'web',
      shop: 'tienda-ejemplo',
      company: null,
      shop_order_id: '5840000001001',
      shop_order_name: '1001',
    });
    expect(refunds(ejemplo)).toContain('9000000000001 23800 3800 23800');
  });

  test('an order that was never paid and then cancelled is cancelled', () => {
    expect(order('5840000001002')).toMatchObject({ status: 'cancelled', payment_state: 'unpaid', amount_total_source: '50000' });
  });

  test('an order cancelled after payment stays a sale that was given back whole', () => {
    expect(order('5840000001003')).toMatchObject({ status: 'refunded', amount_total_source: '59500', amount_shipping_source: '4760' });
    expect(refunds(ejemplo)).toContain('9000000000002 59500 9500 59500');
  });

  test('a gift card sold is no sale, a test order is excluded', () => {
    expect(order('5840000001004')).toMatchObject({ excluded_because: 'gift_card_only', amount_total_source: '0', payment_state: 'paid' });
    expect(order('5840000001005')).toMatchObject({ excluded_because: 'test', amount_total_source: '10000' });
  });

  test('the buyer comes once per page, without a name, and what identifies them stays beside the fields', () => {
    expect(drafts(ejemplo, 'customer')).toEqual([
      {
        entity: 'customer',
        sourceId: '6950000000001',
        sourceCreatedAt: '2026-03-02T14:00:00Z',
        sourceUpdatedAt: '2026-11-28T13:00:05Z',
        fields: {
          kind: 'person',
          rut_display: null,
          rut_valid: null,
          comuna: 'Ñuñoa',
          region: 'Región Metropolitana',
          commercial_id: null,
        },
        identity: { email: 'Compras@Ejemplo.CL', phone: '+56900000001' },
      },
    ]);
    const stored = JSON.stringify(ejemplo.drafts.filter((draft) => draft.entity !== 'customer'));
    expect(stored).not.toMatch(/ejemplo\.cl|\+569|Ñuñoa/i);
  });

  test('children name their parents, and an order declares its children complete', () => {
    expect(drafts(ejemplo, 'order').every((draft) => draft.complete?.join() === 'order_line,refund,order_payment')).toBe(true);
    expect(drafts(ejemplo, 'refund').every((draft) => draft.complete?.join() === 'refund_line')).toBe(true);
    expect(drafts(ejemplo, 'refund_line').map(({ fields }) => `${fields.refund_id} ${fields.order_line_id} ${fields.quantity}`)).toEqual([
      '9000000000001 14000000000101 1',
      '9000000000002 14000000000301 1',
    ]);
    expect(drafts(ejemplo, 'order_payment')[0]).toMatchObject({
      sourceId: '7000000000003',
      fields: {
        order_id: '5840000001002',
        kind: 'SALE',
        status: 'PENDING',
        gateway: 'bank_deposit',
        is_test: false,
        amount_source: '50000',
      },
    });
  });
});

test.each([
  ['#1001', '1001'],
  [' #1001 ', '1001'],
  ['CL1001', '1001'],
  ['#CL-1001', '1001'],
  ['1001-CL', '1001'],
  ['EN#1001', '1001'],
  ['#D12-3', 'D12-3'],
  ['#', ''],
])('an order called %j is cited as %j', (name, number) => {
  const [raw] = ordersOf('tienda-ejemplo.json');
  expect(header(mapOrders([{ ...raw, name }], 'tienda')).shop_order_name).toBe(number);
});

describe('every order of the fixtures', () => {
  const all = mapOrders([...ordersOf('tienda-ejemplo.json'), ...unusual], 'tienda-ejemplo');

  test('adds up: lines to the total, parts to the total, tax and rest to the total', () => {
    expect(all.rejects).toEqual([]);
    for (const { sourceId, fields: f } of drafts(all, 'order')) {
      const own = drafts(all, 'order_line').filter(({ fields }) => fields.order_id === sourceId && fields.line_kind !== 'gift_card');
      const total = cents(f.amount_total_source);
      expect(
        own.reduce((sum, line) => sum + cents(line.fields.amount_source), 0),
        f.name,
      ).toBe(total);
      expect(cents(f.amount_products_source) + cents(f.amount_shipping_source) + cents(f.amount_other_source), f.name).toBe(total);
      expect(cents(f.amount_untaxed_source) + cents(f.amount_tax_source), f.name).toBe(total);
      expect(
        own.reduce((sum, line) => sum + cents(line.fields.amount_tax_source), 0),
        f.name,
      ).toBe(cents(f.amount_tax_source));
      expect(
        own.reduce((sum, line) => sum + cents(line.fields.amount_discount_source), 0),
        f.name,
      ).toBe(cents(f.amount_discount_source));
    }
  });

  test('gives fields that the canonical schema takes', () => {
    for (const draft of all.drafts) {
      const fields = Object.entries(ENTITIES[draft.entity]);
      // What only other sources have is left out.
      const stated = fields.filter(([, field]) => !field.schema.safeParse(undefined).success);
      expect(Object.keys(draft.fields).toSorted()).toEqual(stated.map(([name]) => name).toSorted());
      for (const [name, field] of fields) {
        const value: unknown = Object.entries(draft.fields).find(([key]) => key === name)?.[1];
        expect(field.schema.safeParse(value).success, `${draft.entity} ${draft.sourceId} ${name}`).toBe(true);
      }
    }
  });
});

describe('orders that are not plain', () => {
  test('a piece removed by an edit lowers the order, though the totals of the source still hold it', () => {
    const mapped = one('#2001');
    expect(header(mapped)).toMatchObject({ amount_total_source: '20000', amount_tax_source: '3193', amount_discount_source: '2000' });
    expect(lines(mapped)).toEqual(['101 product 2 20000 3193 2000']);
  });

  test('a refund record without money on an unpaid edited order is an edit, not a refund', () => {
    const mapped = one('#2002');
    expect(header(mapped)).toMatchObject({ amount_total_source: '10000', status: 'open', payment_state: 'unpaid' });
    expect(lines(mapped)).toEqual(['201 product 1 10000 1597 0', '202 product 0 0 0 0']);
    expect(refunds(mapped)).toEqual([]);
  });

  test('money given back without a returned line is a refund of that value', () => {
    expect(refunds(one('#2003'))).toEqual(['3901 5000 798 5000']);
    expect(header(one('#2003')).amount_total_source).toBe('50000');
  });

  test('what was taken back counts whole when less was paid back', () => {
    expect(refunds(one('#2004'))).toEqual(['4901 23800 3800 20000']);
  });

  test('a refund whose money is pending leaves the value to the refund that brings it', () => {
    expect(refunds(one('#2005'))).toEqual(['5901 0 0 0', '5902 10000 1597 0']);
    expect(header(one('#2005')).amount_total_source).toBe('40000');
  });

  test('twelve lines keep their own and their share of the order discount', () => {
    expect(header(one('#2006'))).toMatchObject({ amount_total_source: '21540', amount_discount_source: '2340' });
    expect(lines(one('#2006'))).toHaveLength(12);
  });

  test('a discount on shipping stays with shipping', () => {
    expect(header(one('#2007'))).toMatchObject({
      amount_shipping_source: '1995',
      amount_products_source: '11990',
      amount_discount_source: '1995',
    });
    expect(lines(one('#2007'))).toContain('shipping-790 shipping 1 1995 319 1995');
  });

  test('where prices exclude tax it is added, to lines, shipping and refunds', () => {
    const mapped = one('#2008');
    expect(header(mapped)).toMatchObject({
      amount_total_source: '37.6',
      amount_untaxed_source: '34.82',
      amount_shipping_source: '5.4',
      channel: 'pos',
    });
    expect(refunds(mapped)).toEqual(['8901 11.46 0.79 11.46']);
  });

  test('a removed shipping line stays as a row without money', () => {
    expect(lines(one('#2009'))).toContain('shipping-990 shipping 0 0 0 0');
    expect(header(one('#2009'))).toMatchObject({ amount_total_source: '12990', amount_shipping_source: '3000' });
  });

  test('a gift card beside goods is left out of the sale, paying with one is a payment', () => {
    const mapped = one('#2010');
    expect(header(mapped)).toMatchObject({
      amount_total_source: '15990',
      excluded_because: null,
      payment_state: 'paid',
      amount_discount_source: '0',
    });
    expect(lines(mapped)).toContain('1002 gift_card 1 20000 0 0');
    expect(drafts(mapped, 'order_payment').map(({ fields }) => fields.gateway)).toEqual(['gift_card', 'webpay']);
  });

  test('a refund whose transaction failed paid nothing back', () => {
    expect(refunds(one('#2011'))).toEqual(['11901 10000 1597 0']);
    expect(header(one('#2011')).status).toBe('completed');
  });

  test('status words nobody knows make an order open and raise a notice', () => {
    const mapped = one('#2012');
    expect(header(mapped)).toMatchObject({ status: 'open', source_status: 'PAID_BY_MOON/BEAMED', shop_order_name: '2012' });
    expect(mapped.notices?.map(({ code }) => code)).toEqual(['unknown_status', 'unknown_status']);
  });

  test('a tip is a line of its own kind, however the shop states it', () => {
    expect(lines(one('#2013'))).toContain('tip-13 tip 1 1000 0 0');
    expect(lines(one('#2014'))).toContain('1402 tip 1 1000 0 0');
    for (const name of ['#2013', '#2014']) {
      expect(header(one(name))).toMatchObject({
        amount_total_source: '12990',
        amount_products_source: '11990',
        amount_other_source: '1000',
      });
    }
  });

  test('what the total holds beside lines becomes a line', () => {
    expect(lines(one('#2015'))).toContain('other-15 other 1 3010 480 0');
    expect(header(one('#2015'))).toMatchObject({ amount_total_source: '15000', amount_tax_source: '2395', amount_other_source: '3010' });
  });

  test('an order of nothing is a zero-value order on the day it was processed', () => {
    expect(header(one('#2016'))).toMatchObject({
      excluded_because: 'zero_value',
      created_at: '2026-01-05T12:00:00Z',
      payment_state: 'paid',
    });
  });
});
