import type { Operation } from './operation.ts';
import { ORDER_FRAGMENTS } from './order-fields.ts';

/** How many children of each kind come with an order of a page; more are read order by order. */
export const CHILDREN_PER_ORDER = {
  lines: 20,
  shippingLines: 3,
  transactions: 10,
  refunds: 5,
  refundLines: 10,
  refundDetails: 3,
  agreements: 2,
  sales: 10,
} as const;

/** A page of orders with their children, in the order of `$sortKey`. */
export const ORDERS_PAGE: Operation = {
  name: 'OrdersPage',
  text:
    /* GraphQL */ `
      query OrdersPage(
        $first: Int!
        $after: String
        $query: String
        $sortKey: OrderSortKeys!
        $customer: Boolean!
        $identity: Boolean!
        $taxFields: Boolean!
        $attributes: Boolean!
        $billing: Boolean!
        $lines: Int!
        $shippingLines: Int!
        $transactions: Int!
        $refunds: Int!
        $refundLines: Int!
        $refundDetails: Int!
        $agreements: Int!
        $sales: Int!
      ) {
        orders(first: $first, after: $after, query: $query, sortKey: $sortKey) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...OrderFields
          }
        }
      }
    ` + ORDER_FRAGMENTS,
};
