import type { DraftFields } from '#contract';
import type { RawOrder } from '../raw/order.ts';
import type { Amount } from './amount.ts';

type Status = DraftFields<'order'>['status'];

const FINANCIAL = new Set(['AUTHORIZED', 'EXPIRED', 'PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'VOIDED']);
const FULFILLMENT = new Set([
  'FULFILLED',
  'FULFILLMENT_NOT_REQUIRED',
  'IN_PROGRESS',
  'ON_HOLD',
  'OPEN',
  'PARTIALLY_FULFILLED',
  'PENDING_FULFILLMENT',
  'REQUEST_DECLINED',
  'RESTOCKED',
  'SCHEDULED',
  'UNFULFILLED',
]);

const NEVER_PAID = new Set(['VOIDED', 'EXPIRED']);
const PAID = new Set(['PAID', 'PARTIALLY_REFUNDED']);
const DELIVERED = new Set(['FULFILLED', 'FULFILLMENT_NOT_REQUIRED']);

/** The state of an order; the first condition that matches wins. A word nobody knows yet makes it `open`. */
export function orderStatus(order: RawOrder): Status {
  const money = order.displayFinancialStatus ?? '';
  const received = order.totalReceivedSet;
  if ((order.cancelledAt !== null || NEVER_PAID.has(money)) && received === 0n) return 'cancelled';
  if (money === 'REFUNDED' || (received > 0n && order.totalRefundedSet >= received)) return 'refunded';
  if (PAID.has(money) && DELIVERED.has(order.displayFulfillmentStatus)) return 'completed';
  return 'open';
}

/** Shopify's own two words, as the admin shows them: `PAID/FULFILLED`. */
export function sourceStatus(order: RawOrder): string {
  return `${order.displayFinancialStatus ?? 'NONE'}/${order.displayFulfillmentStatus}`;
}

/** Status words this release does not know; they are reported, never an error. */
export function unknownWords(order: RawOrder): string[] {
  const financial = order.displayFinancialStatus;
  return [
    ...(financial !== null && !FINANCIAL.has(financial) ? [financial] : []),
    ...(FULFILLMENT.has(order.displayFulfillmentStatus) ? [] : [order.displayFulfillmentStatus]),
  ];
}

/** Whether the buyer paid what is due (gift cards bought included), by money received before anything was given back. */
export function paymentState(received: Amount, due: Amount): DraftFields<'order'>['payment_state'] {
  if (received >= due) return 'paid';
  return received > 0n ? 'partial' : 'unpaid';
}
