import type { Operation } from './operation.ts';
import { LINE_ITEM_FIELDS, MONEY } from './order-fields.ts';

/** More lines of one order. `updatedAt` tells whether the order changed since its first page. */
export const ORDER_LINES_PAGE: Operation = {
  name: 'OrderLinesPage',
  text:
    /* GraphQL */ `
      query OrderLinesPage($id: ID!, $after: String) {
        order(id: $id) {
          updatedAt
          lineItems(first: 100, after: $after) {
            pageInfo {
              hasNextPage
              endCursor
            }
            nodes {
              ...LineItemFields
            }
          }
        }
      }
    ` +
    MONEY +
    LINE_ITEM_FIELDS,
};
