import type { ShopOrder } from './shop-model.ts';

/** How a web order went. Each scenario is one story; discounts, exempt lines and guests are mixed into all of them. */
export interface WebScenario {
  /** Part of all orders; every scenario shows up at least once even in a small world. */
  readonly share: number;
  readonly basket:
    | 'goods'
    | 'many-lines'
    | 'wholesale'
    | 'custom-line'
    | 'digital'
    | 'gift-cards'
    | 'goods-and-gift-card'
    | 'free'
    | 'edited'
    | 'edited-out'
    | 'tip';
  readonly payment:
    'paid' | 'captured' | 'retried' | 'pending' | 'authorized' | 'part' | 'voided' | 'expired' | 'part-by-gift-card' | 'too-much' | 'twice';
  readonly fulfilment: ShopOrder['fulfillmentStatus'];
  readonly refund: 'none' | 'full' | 'one-line' | 'two-refunds' | 'goodwill' | 'not-all-paid-back' | 'failed';
  readonly cancelled?: true;
  readonly test?: true;
  readonly guest?: true;
  /** Entered into the shop days after it was sold: created later than processed. */
  readonly imported?: true;
  readonly source?: ShopOrder['sourceName'];
  /** What becomes of it in the ERP of a shop that has one. Never `none` for a sale: that would be a finding. */
  readonly mirror: 'confirmed' | 'cancelled' | 'quotation' | 'none' | 'confirmed-or-none';
}

const plain = { basket: 'goods', payment: 'paid', fulfilment: 'FULFILLED', refund: 'none', mirror: 'confirmed' } as const;

export const WEB_SCENARIOS = {
  completed: { ...plain, share: 0 },
  unfulfilled: { ...plain, share: 0.06, fulfilment: 'UNFULFILLED' },
  'partly fulfilled': { ...plain, share: 0.02, fulfilment: 'PARTIALLY_FULFILLED' },
  refunded: { ...plain, share: 0.025, refund: 'full' },
  'partly refunded': { ...plain, share: 0.035, refund: 'one-line' },
  'cancelled unpaid': { ...plain, share: 0.02, payment: 'voided', fulfilment: 'UNFULFILLED', cancelled: true, mirror: 'cancelled' },
  'cancelled unpaid, not in the ERP': {
    ...plain,
    share: 0.01,
    payment: 'pending',
    fulfilment: 'UNFULFILLED',
    cancelled: true,
    mirror: 'none',
  },
  'cancelled after payment': { ...plain, share: 0.015, fulfilment: 'UNFULFILLED', refund: 'full', cancelled: true },
  'gift cards only': { ...plain, share: 0.012, basket: 'gift-cards', fulfilment: 'FULFILLMENT_NOT_REQUIRED', mirror: 'none' },
  test: { ...plain, share: 0.008, fulfilment: 'UNFULFILLED', test: true, mirror: 'none' },
  'zero value': { ...plain, share: 0.008, basket: 'free', mirror: 'confirmed-or-none' },
  'goods and a gift card': { ...plain, share: 0.012, basket: 'goods-and-gift-card' },
  'partly paid by gift card': { ...plain, share: 0.02, payment: 'part-by-gift-card' },
  edited: { ...plain, share: 0.015, basket: 'edited' },
  'edited, a piece taken out': { ...plain, share: 0.006, basket: 'edited-out' },
  tip: { ...plain, share: 0.02, basket: 'tip' },
  'waiting for the transfer': { ...plain, share: 0.02, payment: 'pending', fulfilment: 'UNFULFILLED' },
  authorized: { ...plain, share: 0.01, payment: 'authorized', fulfilment: 'UNFULFILLED' },
  'paid in part': { ...plain, share: 0.008, payment: 'part', fulfilment: 'UNFULFILLED' },
  pos: { ...plain, share: 0.05, source: 'pos', guest: true },
  draft: { ...plain, share: 0.02, source: 'shopify_draft_order' },
  marketplace: { ...plain, share: 0.02, source: '1424624641' },
  digital: { ...plain, share: 0.02, basket: 'digital', fulfilment: 'FULFILLMENT_NOT_REQUIRED' },
  'custom line': { ...plain, share: 0.015, basket: 'custom-line' },
  'many lines': { ...plain, share: 0.01, basket: 'many-lines' },
  captured: { ...plain, share: 0.06, payment: 'captured' },
  retried: { ...plain, share: 0.04, payment: 'retried' },
  'refunded twice': { ...plain, share: 0.008, refund: 'two-refunds' },
  'goodwill refund': { ...plain, share: 0.008, refund: 'goodwill' },
  'refund not all paid back': { ...plain, share: 0.006, refund: 'not-all-paid-back' },
  'refund failed': { ...plain, share: 0.006, refund: 'failed' },
  'cancelled, money kept': { ...plain, share: 0.005, fulfilment: 'UNFULFILLED', cancelled: true },
  expired: { ...plain, share: 0.006, payment: 'expired', fulfilment: 'UNFULFILLED', mirror: 'none' },
  'cancelled, still a quotation in the ERP': {
    ...plain,
    share: 0.004,
    payment: 'voided',
    fulfilment: 'UNFULFILLED',
    cancelled: true,
    mirror: 'quotation',
  },
  imported: { ...plain, share: 0.01, imported: true },
  overpaid: { ...plain, share: 0.003, payment: 'too-much' },
  'paid twice': { ...plain, share: 0.003, payment: 'twice' },
  // So much that a boleta must name its buyer.
  wholesale: { ...plain, share: 0.002, basket: 'wholesale' },
  // Sold seven months ago, returned last month: too late to get its IVA back. Not dealt: the oldest orders are such.
  'returned late': { ...plain, share: 0, refund: 'one-line' },
} as const satisfies Record<string, WebScenario>;

export type WebScenarioName = keyof typeof WEB_SCENARIOS;

export function webScenario(name: WebScenarioName): WebScenario {
  return WEB_SCENARIOS[name];
}

/** Their parts of all orders, for dealing. */
export const WEB_SHARES = Object.fromEntries(
  Object.entries(WEB_SCENARIOS)
    .filter(([name]) => name !== 'returned late')
    .map(([name, { share }]) => [name, share]),
) as Record<WebScenarioName, number>;
