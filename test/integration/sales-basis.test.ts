import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { boleta, DELIVERED, DocumentsRig, note, order, type OrderChanges } from '../support/documents-rig.ts';
import { SISTER } from '../support/invoice-drafts.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

const MIRROR: OrderChanges = { shop_order_id: '9001', shop_order_name: '1001' };
const web = (amount: number): Draft =>
  orderDraft('9001', {
    name: '#1001',
    shop_order_id: '9001',
    shop_order_name: '1001',
    amount_total_source: String(amount),
    created_at: '2026-11-27T13:00:00Z',
  });

const leftOut = () =>
  rig.tenant.rows('select source_id as id, reason, trim_scale(amount_total_source)::int as amount from kpi.sales_left_out order by 1');
const silence = () =>
  rig.tenant.rows(
    'select source_id as id, silent_because as because from public.source_orders where deleted_at is null order by source_id collate "C"',
  );

describe('a company that counts by its documents (MEANING 13)', () => {
  test('an order is sold by its posted invoice, on the date of that; back again it is the order, on its day', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101, { date: '2026-12-01' }));
    expect(await rig.sales()).toEqual(['2026-11-27 21 119000']);
    await rig.countBy('invoices');
    expect(await rig.sales()).toEqual(['2026-12-01 invoice:1/21 119000']);
    expect(await rig.days()).toEqual([{ day: '2026-12-01', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await silence()).toEqual([
      { id: '21', because: 'invoiced' },
      { id: 'invoice:1/21', because: null },
    ]);
    expect(await rig.unsettled()).toEqual([]);
    await rig.countBy('orders');
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await silence()).toEqual([
      { id: '21', because: null },
      { id: 'invoice:1/21', because: 'ordered' },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('what is not invoiced, or not wholly, is no sale yet, and is told with what is missing', async () => {
    await rig.countBy('invoices');
    await rig.write(order(21, [900_000], DELIVERED));
    await rig.write(order(22, [60_000, 40_000], DELIVERED));
    await rig.issue(boleta(1, 60_000, 2201));
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/22 60000']);
    expect(await leftOut()).toEqual([
      { id: '21', reason: 'not_invoiced', amount: 900_000 },
      { id: '22', reason: 'not_invoiced', amount: 40_000 },
    ]);
    await rig.write(order(22, [60_000, 40_000], { updatedAt: '2026-11-30T12:00:00Z' }));
    await rig.issue(boleta(2, 40_000, 2202, { date: '2026-11-30' }));
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/22 60000', '2026-11-30 invoice:2/22 40000']);
    expect(await leftOut()).toEqual([{ id: '21', reason: 'not_invoiced', amount: 900_000 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('an invoice of several orders is a sale of each, for its share, and of what has none with the first', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [1000]), ...order(22, [2000])]);
    await rig.issue({ id: 1, lines: [{ gross: 1000, saleLine: 2101 }, { gross: 2000, saleLine: 2201 }, { gross: 500 }] });
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 1500', '2026-11-28 invoice:1/22 2000']);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('an invoice without order, a debit note and a credit note without order count as they do by orders', async () => {
    const documents = [
      { id: 1, lines: [{ gross: 59_500 }] },
      { id: 2, code: '56' as const, debits: 1, lines: [{ gross: 1_190 }], date: '2026-11-29' },
      { id: 3, type: 'out_refund' as const, lines: [{ gross: 11_900 }], date: '2026-11-30' },
    ];
    await rig.issue(...documents);
    const sales = ['2026-11-28 invoice:1 59500', '2026-11-29 invoice:2 1190'];
    const refunds = [{ id: '3', order: null, day: '2026-11-30', amount: 11_900, counts: true }];
    expect([await rig.sales(), await rig.refunds()]).toEqual([sales, refunds]);
    await rig.countBy('invoices');
    expect([await rig.sales(), await rig.refunds()]).toEqual([sales, refunds]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('an order of the counter counts by itself, and one that it settles counts once', async () => {
    await rig.countBy('invoices');
    // Odoo calls an order invoiced that was paid at the counter; no document of the books is of it.
    await rig.write(order(31, [100_000]));
    await rig.write([
      orderDraft('pos:50', {
        excluded_because: 'settlement',
        amount_total_source: '0',
        status: 'completed',
        delivered: true,
        invoiced: true,
      }),
      orderDraft('pos:51', { amount_total_source: '5950', status: 'completed', delivered: true, invoiced: true, channel: 'pos' }),
    ]);
    expect(await rig.sales()).toEqual(['2026-11-01 pos:51 5950', '2026-11-27 31 100000']);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a sale between companies of the tenant, and a document of nothing, are none', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [1000]), ...order(22, [0])]);
    await rig.issue(boleta(1, 1000, 2101, { partner: SISTER }), boleta(2, 0, 2201));
    expect(await rig.sales()).toEqual([]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a draft is nothing, a cancelled document is no sale any more, and its order is to be invoiced again', async () => {
    await rig.countBy('invoices');
    await rig.write(order(21, [1000], DELIVERED));
    await rig.issue(boleta(1, 1000, 2101, { state: 'draft' }));
    expect(await rig.sales()).toEqual([]);
    await rig.issue(boleta(1, 1000, 2101, { writtenAt: '2026-11-28 13:00:00' }));
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 1000']);
    await rig.issue(boleta(1, 1000, 2101, { state: 'cancel', writtenAt: '2026-11-28 14:00:00' }));
    expect(await rig.sales()).toEqual([]);
    expect(await leftOut()).toEqual([{ id: '21', reason: 'not_invoiced', amount: 1000 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a UF order is worth what its document says at the rate of its own day: 10 UF are 398.000, invoiced a day later 399.000 (MEANING 20)', async () => {
    const rate = (day: string, pesos: string): Draft => ({
      entity: 'exchange_rate',
      sourceId: `clf-${day}`,
      sourceCreatedAt: null,
      sourceUpdatedAt: '2026-11-28T12:00:00Z',
      fields: { currency: 'CLF', base_currency: 'CLP', rate_date: day, rate: pesos, company: null },
    });
    await rig.write([rate('2026-11-27', '39800'), rate('2026-11-28', '39900')]);
    await rig.write(order(21, [10], { currency_source: 'CLF' }));
    await rig.issue(boleta(1, 10, 2101, { inCurrency: [171, 39_900] }));
    expect(await rig.sales()).toEqual(['2026-11-27 21 398000']);
    await rig.countBy('invoices');
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 399000']);
    expect(await rig.unsettled()).toEqual([]);
  });
});

describe('refunds and replaced documents of a company that counts by documents', () => {
  test('a credit note of an order is a refund of its sale, which is refunded when nothing is left', async () => {
    await rig.countBy('invoices');
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 23_800, 2101, { date: '2026-12-02', reverses: 1 }));
    const status = () => rig.tenant.rows("select status from public.orders where source_id = 'invoice:1/21'");
    expect(await status()).toEqual([{ status: 'completed' }]);
    expect(await rig.days()).toEqual([
      { day: '2026-11-28', orders: 1, sold: 119_000, refunds: 0, back: 0 },
      { day: '2026-12-02', orders: 0, sold: 0, refunds: 1, back: 23_800 },
    ]);
    await rig.issue(note(3, 95_200, 2101, { date: '2026-12-03', reverses: 1 }));
    expect(await status()).toEqual([{ status: 'refunded' }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('boleta 119.000, credit note 119.000, factura 119.000: refund 0, sale 119.000 once, on its first day (MEANING 19)', async () => {
    await rig.countBy('invoices');
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101));
    await rig.issue(
      note(2, 119_000, 2101, { date: '2026-12-03', reverses: 1 }),
      boleta(3, 119_000, 2101, { date: '2026-12-03', code: '33' }),
    );
    expect(await rig.days()).toEqual([{ day: '2026-11-28', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await silence()).toEqual([
      { id: '21', because: 'invoiced' },
      { id: 'invoice:1/21', because: null },
      { id: 'invoice:3/21', because: 'replacement' },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('replaced by a document of another amount, all three count, and what is left is what the last one says', async () => {
    await rig.countBy('invoices');
    await rig.write(order(21, [125_000]));
    await rig.issue(
      boleta(1, 119_000, 2101),
      note(2, 119_000, 2101, { date: '2026-12-03', reverses: 1 }),
      boleta(3, 125_000, 2101, { date: '2026-12-03', code: '33' }),
    );
    expect(await rig.days()).toEqual([
      { day: '2026-11-28', orders: 1, sold: 119_000, refunds: 0, back: 0 },
      { day: '2026-12-03', orders: 1, sold: 125_000, refunds: 1, back: 119_000 },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });
});

describe('documents and the shop (MEANING 12)', () => {
  test('the shop speaks: A is one sale of 119.000, its invoice is silent, and a credit note of it is no refund', async () => {
    await rig.countBy('invoices');
    await rig.write([web(119_000)], rig.tenant.shop);
    await rig.write(order(21, [119_000], MIRROR));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 23_800, 2101, { date: '2026-12-02' }));
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await silence()).toEqual([
      { id: '21', because: 'mirror' },
      { id: '9001', because: null },
      { id: 'invoice:1/21', because: 'mirror' },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('an invoice over a web order and another one counts for the other alone', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [119_000], MIRROR), ...order(22, [50_000])]);
    await rig.issue({
      id: 1,
      lines: [
        { gross: 119_000, saleLine: 2101 },
        { gross: 50_000, saleLine: 2201 },
      ],
    });
    await rig.write([web(119_000)], rig.tenant.shop);
    expect(await rig.sales()).toEqual(['2026-11-27 9001 119000', '2026-11-28 invoice:1/22 50000']);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('Odoo speaks: until it is invoiced the shop order is the sale, then the invoice is', async () => {
    await rig.set('speaking_source', 'odoo');
    await rig.countBy('invoices');
    await rig.write([web(119_000)], rig.tenant.shop);
    await rig.write(order(21, [119_000], { ...MIRROR, ...DELIVERED }));
    expect(await rig.sales()).toEqual(['2026-11-27 9001 119000']);
    await rig.issue(boleta(1, 119_000, 2101, { date: '2026-12-01' }));
    expect(await rig.sales()).toEqual(['2026-12-01 invoice:1/21 119000']);
    expect(await rig.unsettled()).toEqual([]);
    await rig.issue(boleta(1, 119_000, 2101, { state: 'draft', writtenAt: '2026-12-01 13:00:00' }));
    expect(await rig.sales()).toEqual(['2026-11-27 9001 119000']);
    expect(await rig.unsettled()).toEqual([]);
  });
});
