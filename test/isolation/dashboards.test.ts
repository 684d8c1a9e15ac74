import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import { bindCard } from '../../src/dashboards/card-sql.ts';
import type { Card, Dashboard } from '../../src/dashboards/dashboard.ts';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { initialFilters } from '../../src/dashboards/initial-filters.ts';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
let readers: { readonly a: pg.Client; readonly b: pg.Client };
let analyst: pg.Client;

beforeAll(async () => {
  two = await TwoTenants.open();
  readers = { a: await two.connect(two.a.role), b: await two.connect(two.b.role) };
  analyst = await two.connect('kpi_analyst');
});
afterAll(async () => two.close());

/** Some years around the rows, and every filter set. */
const wide = { desde: '2025-01-01', hasta: '2030-12-31', canal: 'Web', origen: 'shopify' };

const initial = (dashboard: Dashboard) => initialFilters(dashboard.filters, new Date().toISOString().slice(0, 10));

async function answer(client: pg.Client, card: Card, filters: Readonly<Record<string, string | null>>) {
  const { text, values } = bindCard(card, filters);
  return client.query({ text, values: [...values], rowMode: 'array' }).catch((error: unknown) => {
    throw new Error(`${card.key}: ${String(error)}`, { cause: error });
  });
}

const clientOf = (dashboard: Dashboard) => (dashboard.audience === 'tenant' ? readers.a : analyst);

describe.each(DASHBOARDS)('$key', (dashboard) => {
  test('runs card by card as the role of its audience, with the columns that it declares, in their order', async () => {
    for (const card of dashboard.cards) {
      for (const filters of [initial(dashboard), wide]) {
        const { fields } = await answer(clientOf(dashboard), card, filters);
        expect([card.key, ...fields.map((field) => field.name)]).toEqual([card.key, ...Object.keys(card.columns)]);
      }
    }
  });

  test('shows a reader nothing of another company', async () => {
    for (const card of dashboard.cards) {
      for (const [side, client] of [
        [two.a, readers.a],
        [two.b, readers.b],
      ] as const) {
        const other = side === two.a ? two.b : two.a;
        for (const filters of [initial(dashboard), wide]) {
          // What counts over all companies is closed to a reader altogether.
          const refused = dashboard.audience === 'analyst' && card.sql.includes('kpi.executive_summary');
          if (refused) {
            await expect(answer(client, card, filters)).rejects.toMatchObject({ cause: { code: '42501' } });
            continue;
          }
          const shown = JSON.stringify((await answer(client, card, filters)).rows);
          expect([card.key, shown.includes(other.mark)]).toEqual([card.key, false]);
        }
      }
    }
  });

  test('gives a tenant one row where it has one figure', async () => {
    if (dashboard.audience === 'analyst') return;
    for (const card of dashboard.cards.filter(({ display }) => display === 'scalar')) {
      for (const filters of [initial(dashboard), wide]) {
        const { rows } = await answer(readers.a, card, filters);
        expect([card.key, rows.length <= 1]).toEqual([card.key, true]);
      }
    }
  });
});

test('cards with the name of a company show its own: the check above can fail', async () => {
  const marked: string[] = [];
  for (const dashboard of DASHBOARDS.filter(({ audience }) => audience === 'tenant')) {
    for (const card of dashboard.cards) {
      for (const filters of [initial(dashboard), { desde: '2025-01-01', hasta: '2030-12-31' }]) {
        if (JSON.stringify((await answer(readers.a, card, filters)).rows).includes(two.a.mark)) marked.push(card.key);
      }
    }
  }
  expect(marked).toEqual(expect.arrayContaining(['workflows-30-days', 'stock', 'freshness', 'recent-orders']));
});
