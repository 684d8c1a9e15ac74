import type { Operation } from './operation.ts';

/** A sellable article: what the warehouse calls a product. */
export const VARIANT_FIELDS = /* GraphQL */ `
  fragment VariantFields on ProductVariant {
    id
    sku
    barcode
    title
    price
    createdAt
    updatedAt
    inventoryItem {
      tracked
      requiresShipping
    }
  }
`;

/** A page of products with their first variants, oldest change first. */
export const PRODUCTS_PAGE: Operation = {
  name: 'ProductsPage',
  text:
    /* GraphQL */ `
      query ProductsPage($first: Int!, $after: String, $query: String) {
        products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            title
            status
            isGiftCard
            createdAt
            updatedAt
            variants(first: 25) {
              pageInfo {
                hasNextPage
                endCursor
              }
              nodes {
                ...VariantFields
              }
            }
          }
        }
      }
    ` + VARIANT_FIELDS,
};
