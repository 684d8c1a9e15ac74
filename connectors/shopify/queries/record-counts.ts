import type { Operation } from './operation.ts';

/** What Shopify counts of what a stream reads. */
export type CountField = 'ordersCount' | 'abandonedCheckoutsCount';

/**
 * Counts of `searches` searches, as `c0`, `c1` …, with variables `$q0` …; `limit: null` has Shopify count to the end instead of to 10,000. What
 * the app was granted comes along, because without some scopes Shopify counts less and does not say so. Ten points for each count.
 */
export function recordCounts(field: CountField, searches: number): Operation {
  const each = Array.from({ length: searches }, (_, i) => i);
  return {
    name: 'RecordCounts',
    text: `query RecordCounts(${each.map((i) => `$q${i}: String!`).join(', ')}) {
      currentAppInstallation { accessScopes { handle } }
      ${each.map((i) => `c${i}: ${field}(query: $q${i}, limit: null) { count precision }`).join('\n      ')}
    }`,
  };
}
