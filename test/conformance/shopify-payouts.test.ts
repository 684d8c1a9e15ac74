import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/contract/index.ts';
import type { Shop } from '../../src/sandbox/world/shop-model.ts';
import type { ShopPaymentsAccount, ShopPayout } from '../../src/sandbox/world/shop-payouts.ts';
import { draftsOf, idsOf, noticesOf, NOW, open, orderOf, read, SCOPES, shopOf } from './shopify-shop.ts';

const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();

const payout = (id: number, days: number, more: Partial<ShopPayout> = {}): ShopPayout => ({
  id,
  issuedAt: ago(days),
  status: 'PAID',
  externalTraceId: `00000${id}`,
  charges: 10_000,
  chargesFee: 320,
  refunds: -2_500,
  adjustments: 0,
  adjustmentsFee: 0,
  ...more,
});

function account(): ShopPaymentsAccount {
  return {
    country: 'US',
    payouts: [payout(91, 40), payout(92, 3, { status: 'IN_TRANSIT', externalTraceId: null, charges: 0, chargesFee: 0, refunds: -2_500 })],
    movements: [
      { id: 81, type: 'CHARGE', at: ago(42), orderId: 1, transactionId: 71, amount: 10_000, fee: 320, payoutId: 91 },
      { id: 82, type: 'REFUND', at: ago(1), orderId: 1, transactionId: 72, amount: -2_500, fee: 0, payoutId: null },
      { id: 83, type: 'DISPUTE_WITHDRAWAL', at: ago(1), orderId: 9, transactionId: null, amount: -10_000, fee: 1_500, payoutId: null },
    ],
  };
}

const shopWith = (payments: ShopPaymentsAccount | null, more: Partial<Shop> = {}) =>
  shopOf([orderOf(1, ago(42))], { currency: 'USD', payments, ...more });
const fieldsOf = (pages: readonly Page[], id: string) => draftsOf(pages).find(({ sourceId }) => sourceId === id)?.fields;

describe('payouts of Shopify Payments', () => {
  test('each comes with its parts, which add up to what was paid out', async () => {
    const pages = await read(await open(shopWith(account())), 'payouts');
    expect(idsOf(pages, 'payout')).toEqual(['91', '92']);
    expect(fieldsOf(pages, '91')).toEqual({
      created_at: ago(40).replace('.000Z', 'Z'),
      status: 'PAID',
      direction: 'deposit',
      gateway: 'shopify_payments',
      reference: '0000091',
      currency_source: 'USD',
      amount_source: '71.8',
      amount_charges_source: '100',
      amount_refunds_source: '-25',
      amount_adjustments_source: '0',
      amount_other_source: '0',
      amount_fee_source: '3.2',
    });
    expect(fieldsOf(pages, '92')).toMatchObject({ status: 'IN_TRANSIT', direction: 'withdrawal', amount_source: '-25', reference: null });
    expect(pages.at(-1)).toMatchObject({ end: true, covered: { from: null, until: '2026-11-23T12:00:00Z' } });
  });

  test('what the summary does not name is the rest', async () => {
    const shop = await open(shopWith(account()));
    const answer = { amount: '10.0', currencyCode: 'USD' };
    const zero = { amount: '0.0' };
    const summary = Object.fromEntries(
      ['charges', 'adjustments', 'reservedFunds', 'retriedPayouts'].flatMap((of) => [
        [`${of}Gross`, zero],
        [`${of}Fee`, zero],
      ]),
    );
    const node = {
      id: 'gid://shopify/ShopifyPaymentsPayout/5',
      issuedAt: '2026-11-20T06:00:00Z',
      status: 'PAID',
      transactionType: 'DEPOSIT',
      externalTraceId: null,
      net: answer,
      summary: { ...summary, refundsFeeGross: zero, refundsFee: zero },
    };
    const data = { shopifyPaymentsAccount: { payouts: { nodes: [node], pageInfo: { hasNextPage: false, endCursor: null } } } };
    const json = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }) };
    shop.instead = (body) => (body.includes('PayoutsPage') ? json : null);
    expect(fieldsOf(await read(shop, 'payouts'), '5')).toMatchObject({ amount_source: '10', amount_other_source: '10' });
  });

  test('one that was under way is read again until it settled', async () => {
    const payments = account();
    const shop = await open(shopWith(payments));
    const first = await read(shop, 'payouts');
    payments.payouts[1]!.status = 'FAILED';
    const second = await read(shop, 'payouts', { kind: 'incremental', cursor: first.at(-1)!.cursor, from: null });
    // The older one is beyond the days in which payouts settle.
    expect(draftsOf(second).map(({ sourceId, fields }) => [sourceId, (fields as { status?: string }).status])).toEqual([['92', 'FAILED']]);
  });
});

describe('movements of the balance', () => {
  test('each comes with its fee, its order and its payout, which may be to come', async () => {
    const pages = await read(await open(shopWith(account())), 'payout_transactions');
    expect(idsOf(pages, 'payout_transaction')).toEqual(['81', '82', '83']);
    expect(fieldsOf(pages, '81')).toMatchObject({
      payout_id: '91',
      order_id: '1',
      order_payment_id: '71',
      kind: 'CHARGE',
      is_test: false,
      amount_source: '100',
      amount_fee_source: '3.2',
      amount_net_source: '96.8',
    });
    expect(fieldsOf(pages, '82')).toMatchObject({ payout_id: null, amount_source: '-25' });
    expect(fieldsOf(pages, '83')).toMatchObject({ order_id: null, order_payment_id: null, amount_net_source: '-115' });
  });

  test('a movement gets its payout later', async () => {
    const payments = account();
    const shop = await open(shopWith(payments));
    const first = await read(shop, 'payout_transactions');
    payments.movements[1]!.payoutId = 92;
    const second = await read(shop, 'payout_transactions', { kind: 'incremental', cursor: first.at(-1)!.cursor, from: null });
    expect(fieldsOf(second, '82')).toMatchObject({ payout_id: '92' });
    expect(idsOf(second, 'payout_transaction')).toEqual(['82', '83']);
  });
});

describe.each(['payouts', 'payout_transactions'])('%s', (stream) => {
  test('a shop without Shopify Payments has none, says so, and is covered all the same', async () => {
    const pages = await read(await open(shopWith(null)), stream);
    expect(draftsOf(pages)).toEqual([]);
    expect(noticesOf(pages)).toEqual(['no_shopify_payments']);
    expect(pages.at(-1)?.covered).toEqual({ from: null, until: '2026-11-23T12:00:00Z' });
  });

  test('without the scope there is nothing, a notice names it, and nothing is covered', async () => {
    const scopes = SCOPES.filter((scope) => !scope.includes('payments'));
    const pages = await read(await open(shopWith(account(), { scopes })), stream);
    expect(draftsOf(pages)).toEqual([]);
    expect(pages.at(-1)?.covered).toBeUndefined();
    expect(pages.at(-1)?.notices?.[0]?.message).toContain('read_shopify_payments_payouts');
  });
});
