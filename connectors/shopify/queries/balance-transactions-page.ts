import type { Operation } from './operation.ts';

/** A page of what moved the balance of Shopify Payments, by the time it was processed; transfers to the bank are payouts and left out. */
export const BALANCE_TRANSACTIONS_PAGE: Operation = {
  name: 'BalanceTransactionsPage',
  text: /* GraphQL */ `
    query BalanceTransactionsPage($first: Int!, $after: String, $query: String) {
      shopifyPaymentsAccount {
        balanceTransactions(first: $first, after: $after, query: $query, sortKey: PROCESSED_AT, hideTransfers: true) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            type
            test
            transactionDate
            sourceOrderTransactionId
            amount {
              amount
              currencyCode
            }
            fee {
              amount
            }
            net {
              amount
            }
            associatedOrder {
              id
            }
            associatedPayout {
              id
            }
          }
        }
      }
    }
  `,
};
