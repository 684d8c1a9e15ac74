import type { Operation } from './operation.ts';

/**
 * A page of carts in the order they were made: there is no order by change. No link, note, line or name; of the address only whether
 * there is a phone in it. `$customer` and `$identity` drop the buyer where the app may not see one.
 */
export const ABANDONED_CHECKOUTS_PAGE: Operation = {
  name: 'AbandonedCheckoutsPage',
  text: /* GraphQL */ `
    query AbandonedCheckoutsPage($first: Int!, $after: String, $query: String, $customer: Boolean!, $identity: Boolean!) {
      abandonedCheckouts(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          createdAt
          updatedAt
          completedAt
          customer @include(if: $customer) {
            id
            createdAt
            updatedAt
            defaultEmailAddress @include(if: $identity) {
              emailAddress
            }
            defaultPhoneNumber @include(if: $identity) {
              phoneNumber
            }
            defaultAddress @include(if: $identity) {
              city
              province
            }
          }
          shippingAddress @include(if: $identity) {
            phone
          }
          totalPriceSet {
            shopMoney {
              amount
              currencyCode
            }
          }
        }
      }
    }
  `,
};
