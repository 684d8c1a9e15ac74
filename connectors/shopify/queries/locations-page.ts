import type { Operation } from './operation.ts';

/** All locations: deactivated ones and those of fulfilment services only come when asked for. */
export const LOCATIONS_PAGE: Operation = {
  name: 'LocationsPage',
  text: /* GraphQL */ `
    query LocationsPage($first: Int!, $after: String) {
      locations(first: $first, after: $after, includeInactive: true, includeLegacy: true, sortKey: ID) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          isActive
          isFulfillmentService
          createdAt
          updatedAt
        }
      }
    }
  `,
};
