import { mapPayoutTransactions } from '../mapping.ts';
import { BALANCE_TRANSACTIONS_PAGE } from '../queries/balance-transactions-page.ts';
import { paymentsStream } from './payments-account.ts';

/** What moved the balance of Shopify Payments: each charge and refund with its fee. */
export const payoutTransactions = paymentsStream({
  name: 'payout_transactions',
  description: 'Movements of the balance of Shopify Payments: each charge and refund with its fee and its payout',
  entity: 'payout_transaction',
  operation: BALANCE_TRANSACTIONS_PAGE,
  list: 'balanceTransactions',
  stamp: 'transactionDate',
  filter: 'processed_at',
  map: mapPayoutTransactions,
});
