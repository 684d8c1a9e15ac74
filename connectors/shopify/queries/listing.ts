import type { Operation } from './operation.ts';

/** Ids of orders by the time they were made: 13 points for 250. */
export const ORDER_IDS_PAGE: Operation = {
  name: 'OrderIdsPage',
  text: /* GraphQL */ `
    query OrderIdsPage($first: Int!, $after: String, $query: String) {
      orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          createdAt
        }
      }
    }
  `,
};

/** Without a limit of its own Shopify stops counting at 10,000. */
export const ORDERS_COUNT: Operation = {
  name: 'OrdersCount',
  text: /* GraphQL */ `
    query OrdersCount($query: String) {
      ordersCount(query: $query, limit: null) {
        count
        precision
      }
    }
  `,
};

/** Ids of every variant of the shop. */
export const VARIANT_IDS_PAGE: Operation = {
  name: 'VariantIdsPage',
  text: /* GraphQL */ `
    query VariantIdsPage($first: Int!, $after: String) {
      productVariants(first: $first, after: $after, sortKey: ID) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
        }
      }
    }
  `,
};

export const VARIANTS_COUNT: Operation = {
  name: 'VariantsCount',
  text: /* GraphQL */ `
    query VariantsCount {
      productVariantsCount(limit: null) {
        count
        precision
      }
    }
  `,
};

/** Which of these records exist; null stands at the place of one that does not. At most 250. */
export const NODES_EXIST: Operation = {
  name: 'NodesExist',
  text: /* GraphQL */ `
    query NodesExist($ids: [ID!]!) {
      nodes(ids: $ids) {
        __typename
        id
      }
    }
  `,
};
