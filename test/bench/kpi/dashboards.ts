import { bindCard, type BoundCard } from '../../../src/dashboards/card-sql.ts';
import { DASHBOARDS } from '../../../src/dashboards/index.ts';
import { initialFilters } from '../../../src/dashboards/initial-filters.ts';

export interface TimedDashboard {
  readonly key: string;
  /** Who reads it: the tenant's own role, or the analyst. */
  readonly audience: 'tenant' | 'analyst';
  readonly cards: Readonly<Record<string, BoundCard>>;
}

/** Every card of every dashboard, as it is asked before anyone has touched a filter: the last 90 days that have ended. */
export function timedDashboards(today: string): TimedDashboard[] {
  return DASHBOARDS.map(({ key, audience, filters, cards }) => {
    const values = initialFilters(filters, today);
    return { key, audience, cards: Object.fromEntries(cards.map((card) => [card.key, bindCard(card, values)])) };
  });
}
