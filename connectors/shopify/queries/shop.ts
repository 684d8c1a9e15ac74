import type { Operation } from './operation.ts';

/** Who the shop is and what the app was granted; the smallest thing an app can ask. */
export const SHOP: Operation = {
  name: 'Shop',
  text: /* GraphQL */ `
    query Shop {
      shop {
        name
        myshopifyDomain
        currencyCode
        ianaTimezone
        taxesIncluded
      }
      currentAppInstallation {
        accessScopes {
          handle
        }
      }
    }
  `,
};
