import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { SOURCE_NAMES, STREAM_NAMES } from '../../src/contract/index.ts';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { KpiFixture } from '../support/kpi-fixture.ts';

let kpi: KpiFixture;
beforeAll(async () => {
  kpi = await KpiFixture.open();
  await kpi.newTenant();
});
afterAll(async () => kpi.close());

/** Rows of a card over the only company there is. */
async function shown(dashboard: string, card: string): Promise<Record<string, unknown>[]> {
  const sql = DASHBOARDS.find(({ key }) => key === dashboard)?.cards.find(({ key }) => key === card)?.sql ?? '';
  return (await kpi.analyst.query<Record<string, unknown>>(sql)).rows;
}

test('every stream of every source stands on the dashboards by the name that people give it', async () => {
  const names: string[] = [];
  for (const { id, streams } of connectors) {
    for (const { name } of streams) {
      await kpi.put('kpi.freshness', { source: id, stream: name });
      names.push(`${SOURCE_NAMES[id as keyof typeof SOURCE_NAMES]}: ${STREAM_NAMES[name]}`);
    }
  }
  const told = async (dashboard: string, card: string) =>
    (await shown(dashboard, card)).map(({ source, stream }) => `${String(source)}: ${String(stream)}`).toSorted();
  expect(await told('tenant', 'freshness')).toEqual(names.toSorted());
  expect(await told('ejecutiva', 'stale-streams')).toEqual(names.toSorted());
});

test('what went wrong is told in Spanish, and not in the words of the operator', async () => {
  const problem = 'odoo orders: the key was refused. Store another one: kpi connect odoo';
  const told = 'El origen no acepta la clave. Mientras no se corrija, no llegan datos nuevos.';
  await kpi.seeder.client.query("update kpi.freshness set problem = $1, problem_es = $2 where source = 'odoo' and stream = 'orders'", [
    problem,
    told,
  ]);
  for (const [dashboard, card] of [
    ['tenant', 'freshness'],
    ['ejecutiva', 'stale-streams'],
  ] as const) {
    const rows = await shown(dashboard, card);
    expect(rows.filter((row) => row['problem'] !== null)).toEqual([
      expect.objectContaining({ source: 'Odoo', stream: 'Pedidos', problem: told }),
    ]);
  }
});

test.each([
  ['tenant', 'n8n', 'executions', 'Ejecuciones (n8n)'],
  ['ventas', 'odoo', 'order_lines', 'Líneas de pedido (Odoo)'],
  ['soporte', 'chatwoot', 'csat_responses', 'Encuestas (Chatwoot)'],
  ['automatizaciones', 'n8n', 'workflows', 'Automatizaciones (n8n)'],
])('what holds %s back has its name', async (dashboard, source, stream, name) => {
  await kpi.seeder.client.query(
    "update kpi.freshness set covered_until = now() - case when source = $1 and stream = $2 then interval '1 day' else '0' end",
    [source, stream],
  );
  expect(await shown(dashboard, 'as-of')).toMatchObject([{ held_back_by: name, state: 'Atrasado' }]);
});

test('a stream that this release does not know keeps its word', async () => {
  await kpi.put('kpi.freshness', { source: 'zendesk', stream: 'tickets' });
  expect(await shown('tenant', 'freshness')).toContainEqual(expect.objectContaining({ source: 'zendesk', stream: 'tickets' }));
});
