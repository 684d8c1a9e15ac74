import type { Operation } from './operation.ts';
import { ORDER_FRAGMENTS } from './order-fields.ts';

/**
 * Children per kind when one order is read alone. Transactions and refunds are plain lists without a cursor: what is beyond
 * these numbers cannot be read at all.
 */
export const CHILDREN_ALONE = {
  lines: 100,
  shippingLines: 50,
  transactions: 250,
  refunds: 100,
  refundLines: 50,
  refundDetails: 20,
  agreements: 50,
  sales: 100,
} as const;

/** One order with as many children as one request can carry. */
export const ORDER_BY_ID: Operation = {
  name: 'OrderById',
  text:
    /* GraphQL */ `
      query OrderById(
        $id: ID!
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
        order(id: $id) {
          ...OrderFields
        }
      }
    ` + ORDER_FRAGMENTS,
};
