import type { Operation } from './operation.ts';

/**
 * Stock of one location. `locationsCount` is the source's own count of the places an item is stocked at: the sum over all
 * items is what a complete enumeration must have.
 */
export const INVENTORY_LEVELS_PAGE: Operation = {
  name: 'InventoryLevelsPage',
  text: /* GraphQL */ `
    query InventoryLevelsPage($location: ID!, $first: Int!, $after: String) {
      location(id: $location) {
        inventoryLevels(first: $first, after: $after, includeInactive: true) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            isActive
            updatedAt
            location {
              id
            }
            item {
              id
              locationsCount {
                count
              }
              variants(first: 1) {
                nodes {
                  id
                }
              }
            }
            quantities(names: ["available", "on_hand"]) {
              name
              quantity
            }
          }
        }
      }
    }
  `,
};
