import { mapPayouts } from '../mapping.ts';
import { PAYOUTS_PAGE } from '../queries/payouts-page.ts';
import { paymentsStream } from './payments-account.ts';

/** What Shopify Payments paid out to the bank. */
export const payouts = paymentsStream({
  name: 'payouts',
  description: 'Payouts of Shopify Payments with their charges, refunds and fees',
  entity: 'payout',
  operation: PAYOUTS_PAGE,
  list: 'payouts',
  stamp: 'issuedAt',
  filter: 'issued_at',
  map: mapPayouts,
});
