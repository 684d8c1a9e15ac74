import type { Dashboard } from './dashboard.ts';
import { makeCards } from './make-cards.ts';
import { sharedCards } from './shared-cards.ts';

/** Whether the company's automations run, how long they take and why they fail. */
export const automatizaciones: Dashboard = {
  key: 'automatizaciones',
  title: 'Automatizaciones',
  description: 'Ejecuciones de producción de n8n: cuántas, con qué éxito, cuánto tardan y por qué fallan.',
  audience: 'tenant',
  filters: [],
  cards: makeCards('automatizaciones', {
    'as-of': { ...sharedCards.asOf, at: [0, 18, 6, 3] },
    'workflows-30-days': { ...sharedCards.workflows30Days, at: [23, 0, 24, 7] },
    freshness: { ...sharedCards.freshness, at: [36, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [36, 16, 8, 6] },
  }),
};
