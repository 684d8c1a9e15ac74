import type { Operation } from './operation.ts';

/** A page of what Shopify Payments paid out, by the time of issue. The account is null where the shop does not have Shopify Payments. */
export const PAYOUTS_PAGE: Operation = {
  name: 'PayoutsPage',
  text: /* GraphQL */ `
    query PayoutsPage($first: Int!, $after: String, $query: String) {
      shopifyPaymentsAccount {
        payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            issuedAt
            status
            transactionType
            externalTraceId
            net {
              amount
              currencyCode
            }
            summary {
              chargesGross {
                amount
              }
              chargesFee {
                amount
              }
              refundsFeeGross {
                amount
              }
              refundsFee {
                amount
              }
              adjustmentsGross {
                amount
              }
              adjustmentsFee {
                amount
              }
              reservedFundsFee {
                amount
              }
              retriedPayoutsFee {
                amount
              }
            }
          }
        }
      }
    }
  `,
};
