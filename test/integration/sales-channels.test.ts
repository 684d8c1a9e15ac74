import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindCard } from '../../src/dashboards/card-sql.ts';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { KpiFixture } from '../support/kpi-fixture.ts';

let kpi: KpiFixture;
beforeAll(async () => {
  kpi = await KpiFixture.open();
  await kpi.newTenant();
  const day = { created_at: '2026-11-20T15:00:00Z', business_day: '2026-11-20' };
  for (const [channel, amount] of [
    ['web', 500],
    ['pos', 400],
    ['odoo', 300],
    ['Mercado Libre', 200],
    [null, 100],
  ] as const)
    await kpi.order(amount, { ...day, channel });
  await kpi.put('kpi.freshness', { covered_from: null, covered_until: '2026-11-27T12:00:00Z' });
});
afterAll(() => kpi.close());

const shown = async (key: string, canal: string | null) => {
  const card = DASHBOARDS.find((dashboard) => dashboard.key === 'ventas')!.cards.find((one) => one.key === key)!;
  const { text, values } = bindCard(card, { desde: '2026-11-01', hasta: '2026-11-25', canal, origen: null });
  const { rows } = await kpi.analyst.query<{ channel: string | null }>({ text, values: [...values] });
  return rows.map(({ channel }) => channel);
};

test('channels of sale have names in Spanish where people read; names that are names already stay', async () => {
  expect(await shown('channels', null)).toEqual(['Tienda web', 'Punto de venta', 'Odoo', 'Mercado Libre', 'sin canal']);
  expect(new Set(await shown('recent-orders', null))).toEqual(new Set(['Mercado Libre', 'Odoo', 'Punto de venta', 'Tienda web', null]));
});

test.each(['channels', 'recent-orders'])('the filter of %s takes the name that is shown, and the one of the source', async (key) => {
  expect(await shown(key, 'Punto de venta')).toEqual(['Punto de venta']);
  expect(await shown(key, 'pos')).toEqual(['Punto de venta']);
  expect(await shown(key, 'Mercado Libre')).toEqual(['Mercado Libre']);
});
