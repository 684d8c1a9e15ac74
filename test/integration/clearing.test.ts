import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { runClearing } from '../../src/reconcile/run-clearing.ts';
import { boleta, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { at, payments, stamps, transactions } from '../support/payment-drafts.ts';
import { mirrorOf, webOrder } from '../support/shop-drafts.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

/** Web order #1001 of id 5001 with mirror 21 and its boleta 1, which Odoo calls paid; and so on. */
async function web(number: number, total: number): Promise<void> {
  const mirror = number - 980;
  await rig.write([webOrder(number, total, at('2026-11-10'))], rig.tenant.shop);
  await rig.write(order(mirror, [total], { created_at: at('2026-11-10'), ...mirrorOf(number) }));
  await rig.issue(boleta(number - 1000, total, mirror * 100 + 1));
}

async function november() {
  return runClearing(rig.engine.db, { tenantId: rig.tenant.tenantId, from: '2026-11-01', until: '2026-12-01' });
}

/** Taken less given back, in the books, lines; the remainder is nothing, whatever the rest is. */
async function shape() {
  const { gateways } = await november();
  return Object.fromEntries(
    gateways.map((one) => {
      expect(one.remainder).toBe('0');
      const lines = Object.fromEntries(one.lines.map(({ line, amount }) => [line, Number(amount)]));
      return [one.gateway, [Number(one.taken) - Number(one.givenBack), Number(one.inBooks), lines]];
    }),
  );
}

describe('what a gateway took and what the books hold of it', () => {
  test('booked in the period for the document of the order, it agrees, whatever the journal is called', async () => {
    await web(1001, 119_000);
    await rig.write(transactions([1001, 119_000, '2026-11-10']), rig.tenant.shop);
    await rig.write(payments({ id: 1, amount: 119_000, day: '2026-11-11', journal: 'Transbank', pays: { 1: 119_000 } }));
    expect(await shape()).toEqual({ webpay: [119_000, 119_000, {}] });
    expect((await november()).gateways[0]).toMatchObject({ orders: 1, payments: 1, journals: ['Transbank'], fees: null, paidOut: null });
  });

  test('attempts that failed, tests of a card and gift cards are no money; drafts and cancelled payments are none either', async () => {
    await web(1001, 119_000);
    await rig.write(
      transactions(
        [1001, 119_000, '2026-11-10', { status: 'FAILURE' }],
        [1001, 119_000, '2026-11-10', { kind: 'AUTHORIZATION' }],
        [1001, 20_000, '2026-11-10', { gateway: 'gift_card' }],
        [1001, 99_000, '2026-11-10', { kind: 'CAPTURE' }],
      ),
      rig.tenant.shop,
    );
    await rig.write(
      payments(
        { id: 1, amount: 99_000, day: '2026-11-11', pays: { 1: 99_000 } },
        { id: 2, amount: 50_000, day: '2026-11-11', state: 'draft' },
        { id: 3, amount: 50_000, day: '2026-11-11', state: 'cancelled' },
      ),
    );
    expect(await shape()).toEqual({ webpay: [99_000, 99_000, {}] });
  });

  test('not booked until the end of the period, and booked in it for what was taken before', async () => {
    await web(1001, 119_000);
    await web(1002, 59_500);
    await web(1003, 35_700);
    await rig.write(
      transactions([1001, 119_000, '2026-11-30'], [1002, 59_500, '2026-10-30'], [1003, 35_700, '2026-12-02']),
      rig.tenant.shop,
    );
    await rig.write(
      payments(
        { id: 1, amount: 119_000, day: '2026-12-01', pays: { 1: 119_000 } },
        { id: 2, amount: 59_500, day: '2026-11-02', pays: { 2: 59_500 } },
        { id: 3, amount: 35_700, day: '2026-11-20', pays: { 3: 35_700 } },
      ),
    );
    expect(await shape()).toEqual({
      webpay: [119_000, 95_200, { not_in_books: -119_000, booked_later: 59_500, booked_before: 35_700 }],
    });
  });

  test('what is missing of a paid document is the fee, up to a tenth; more than that is another amount', async () => {
    await web(1001, 100_000);
    await web(1002, 100_000);
    await rig.write(
      transactions([1001, 100_000, '2026-11-10', { gateway: 'mercado_pago' }], [1002, 100_000, '2026-11-10', { gateway: 'mercado_pago' }]),
      rig.tenant.shop,
    );
    await rig.write(
      payments(
        { id: 1, amount: 96_204, day: '2026-11-11', journal: 'Mercado Pago', pays: { 1: 96_204 } },
        { id: 2, amount: 80_000, day: '2026-11-11', journal: 'Mercado Pago', pays: { 2: 80_000 } },
      ),
    );
    expect(await shape()).toEqual({ mercado_pago: [200_000, 176_204, { payment_fee: -3_796, amount: -20_000 }] });
  });

  test('where the gateway says its fee, no more than that is one', async () => {
    await web(1001, 100_000);
    await web(1002, 100_000);
    await rig.write(
      transactions(
        [1001, 100_000, '2026-11-10', { gateway: 'shopify_payments' }],
        [1002, 100_000, '2026-11-10', { gateway: 'shopify_payments' }],
      ),
      rig.tenant.shop,
    );
    const movement = (id: number): Draft => ({
      entity: 'payout_transaction',
      sourceId: String(id),
      ...stamps,
      fields: {
        payout_id: '9',
        order_id: String(id + 5000),
        order_payment_id: String(id),
        created_at: at('2026-11-10'),
        kind: 'CHARGE',
        gateway: 'shopify_payments',
        is_test: false,
        currency_source: 'CLP',
        amount_source: '100000',
        amount_fee_source: '2900',
        amount_net_source: '97100',
      },
    });
    const payout: Draft = {
      entity: 'payout',
      sourceId: '9',
      ...stamps,
      fields: {
        created_at: at('2026-11-12'),
        status: 'PAID',
        direction: 'deposit',
        gateway: 'shopify_payments',
        reference: null,
        currency_source: 'CLP',
        amount_source: '194200',
        amount_charges_source: '200000',
        amount_refunds_source: '0',
        amount_adjustments_source: '0',
        amount_other_source: '0',
        amount_fee_source: '5800',
      },
    };
    await rig.write([movement(1), movement(2), payout], rig.tenant.shop);
    await rig.write(
      payments(
        { id: 1, amount: 97_100, day: '2026-11-12', journal: 'Banco', pays: { 1: 97_100 } },
        { id: 2, amount: 95_000, day: '2026-11-12', journal: 'Banco', pays: { 2: 95_000 } },
      ),
    );
    expect(await shape()).toEqual({ shopify_payments: [200_000, 192_100, { payment_fee: -2_900, amount: -5_000 }] });
    expect((await november()).gateways[0]).toMatchObject({ fees: '5800', payouts: 1, paidOut: '194200', journals: ['Banco'] });
  });

  test('refunds: in the books, not in them, and money that the shop did not give back', async () => {
    for (const number of [1001, 1002, 1003]) await web(number, 100_000);
    await rig.write(
      transactions(
        ...[1001, 1002, 1003].map((number) => [number, 100_000, '2026-11-10'] as const),
        [1001, 20_000, '2026-11-20', { kind: 'REFUND' }],
        [1002, 30_000, '2026-11-20', { kind: 'REFUND' }],
      ),
      rig.tenant.shop,
    );
    await rig.issue(note(11, 20_000, 2101, { reverses: 1 }), note(13, 5_000, 2301, { reverses: 3 }));
    await rig.write([
      ...payments(
        { id: 1, amount: 100_000, day: '2026-11-11', pays: { 1: 100_000 } },
        { id: 2, amount: 100_000, day: '2026-11-11', pays: { 2: 100_000 } },
        { id: 3, amount: 100_000, day: '2026-11-11', pays: { 3: 100_000 } },
        { id: 4, amount: 20_000, day: '2026-11-21', back: true, pays: { 11: 20_000 } },
        { id: 5, amount: 5_000, day: '2026-11-21', back: true, pays: { 13: 5_000 } },
      ),
    ]);
    expect(await shape()).toEqual({ webpay: [250_000, 275_000, { refund_not_in_books: 30_000, refund_without_shop: -5_000 }] });
  });

  test('a payment that pays nothing of the shop is of the gateway its journal is called after, or of none', async () => {
    await web(1001, 100_000);
    await rig.write(transactions([1001, 100_000, '2026-11-10', { gateway: 'mercado_pago' }]), rig.tenant.shop);
    await rig.write(
      payments(
        { id: 1, amount: 103_000, day: '2026-11-11', journal: 'Mercado Pago CLP', pays: { 1: 100_000 } },
        { id: 2, amount: 77_000, day: '2026-11-11', journal: 'Efectivo' },
      ),
    );
    expect(await shape()).toEqual({ mercado_pago: [100_000, 103_000, { without_shop: 3_000 }] });
  });

  test('a payment that pays no document yet is of the one order that it cites', async () => {
    await web(1001, 100_000);
    await web(1002, 40_000);
    await rig.write(transactions([1001, 100_000, '2026-11-10'], [1002, 40_000, '2026-11-10']), rig.tenant.shop);
    await rig.write(
      payments(
        { id: 1, amount: 100_000, day: '2026-11-11', journal: 'Banco', reference: 'WEB_#1001' },
        { id: 2, amount: 40_000, day: '2026-11-11', journal: 'Banco', reference: 'S00022 7' },
        { id: 3, amount: 5_000, day: '2026-11-11', journal: 'Banco', reference: '#1001 #1002' },
      ),
    );
    expect(await shape()).toEqual({ webpay: [140_000, 140_000, {}] });
  });

  test('an order paid through two gateways is compared with each', async () => {
    await web(1001, 100_000);
    await rig.write(transactions([1001, 60_000, '2026-11-10'], [1001, 40_000, '2026-11-10', { gateway: 'flow' }]), rig.tenant.shop);
    await rig.write(
      payments(
        { id: 1, amount: 60_000, day: '2026-11-11', journal: 'Webpay', pays: { 1: 60_000 } },
        { id: 2, amount: 40_000, day: '2026-12-11', journal: 'Flow', pays: { 1: 40_000 } },
      ),
    );
    expect(await shape()).toEqual({ flow: [40_000, 0, { not_in_books: -40_000 }], webpay: [60_000, 60_000, {}] });
  });
});

test('findings name the order and its payments, largest first within a line', async () => {
  await web(1001, 100_000);
  await web(1002, 40_000);
  await rig.write(transactions([1001, 100_000, '2026-11-10'], [1002, 40_000, '2026-11-10']), rig.tenant.shop);
  await rig.write(payments({ id: 1, amount: 40_000, day: '2026-12-01', pays: { 2: 40_000 } }));
  expect((await november()).findings).toMatchObject([
    { gateway: 'webpay', line: 'not_in_books', amount: '-100000', order: '#1001', payments: [] },
    { order: '#1002', amount: '-40000', payments: [{ name: 'P/1', journal: 'Webpay', day: '2026-12-01' }] },
  ]);
});

test('a company without Odoo sees what was taken, and nothing is said to be missing', async () => {
  await rig.write([webOrder(1001, 100_000, at('2026-11-10')), ...transactions([1001, 100_000, '2026-11-10'])], rig.tenant.shop);
  await rig.tenant.rows("delete from ops.connections where source = 'odoo'");
  const { gateways, findings } = await november();
  expect(gateways).toMatchObject([{ gateway: 'webpay', taken: '100000', inBooks: null, difference: null, lines: [] }]);
  expect(findings).toEqual([]);
});

test('a stream that was never read is said; an empty range and a company without a shop are refused', async () => {
  expect((await november()).warnings).toContainEqual(expect.objectContaining({ code: 'loading', source: 'odoo', stream: 'payments' }));
  const { tenantId } = rig.tenant;
  await expect(runClearing(rig.engine.db, { tenantId, from: '2026-11-01', until: '2026-11-01' })).rejects.toThrow('empty');
  await rig.tenant.rows("delete from ops.connections where source = 'shopify'");
  await expect(november()).rejects.toThrow('kpi connect shopify');
});
