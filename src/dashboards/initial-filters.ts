import type { Filter } from './dashboard.ts';

const DAY_MS = 86_400_000;

/**
 * What a dashboard's filters hold before anyone touches them: the period is the last 90 local days that have ended.
 * @param today the tenant's local day now, `YYYY-MM-DD`
 */
export function initialFilters(filters: readonly Filter[], today: string): Record<string, string | null> {
  const daysAgo = (days: number) => new Date(Date.parse(`${today}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
  const value = { first: daysAgo(90), last: daysAgo(1) };
  return Object.fromEntries(filters.map(({ slug, initial }) => [slug, initial === null ? null : value[initial]]));
}
