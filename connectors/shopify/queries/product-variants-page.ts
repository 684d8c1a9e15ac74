import type { Operation } from './operation.ts';
import { VARIANT_FIELDS } from './products-page.ts';

/** More variants of one product (a product may have 2,048). */
export const PRODUCT_VARIANTS_PAGE: Operation = {
  name: 'ProductVariantsPage',
  text:
    /* GraphQL */ `
      query ProductVariantsPage($id: ID!, $after: String) {
        product(id: $id) {
          variants(first: 250, after: $after) {
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
    ` + VARIANT_FIELDS,
};
