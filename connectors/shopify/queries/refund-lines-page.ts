import type { Operation } from './operation.ts';
import { MONEY, REFUND_LINE_FIELDS } from './order-fields.ts';

/** More lines of one refund. */
export const REFUND_LINES_PAGE: Operation = {
  name: 'RefundLinesPage',
  text:
    /* GraphQL */ `
      query RefundLinesPage($id: ID!, $after: String) {
        refund(id: $id) {
          refundLineItems(first: 100, after: $after) {
            pageInfo {
              hasNextPage
              endCursor
            }
            nodes {
              ...RefundLineFields
            }
          }
        }
      }
    ` +
    MONEY +
    REFUND_LINE_FIELDS,
};
