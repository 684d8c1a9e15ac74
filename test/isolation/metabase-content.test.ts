import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { applyMetabase } from '../../src/metabase/apply.ts';
import { embedDashboard } from '../../src/metabase/embed.ts';
import { signEmbed } from '../../src/metabase/embed-token.ts';
import { runNative } from '../../src/sandbox/metabase/run-native.ts';
import { MetabaseRig } from '../support/metabase-rig.ts';

let rig: MetabaseRig;
beforeAll(async () => {
  rig = await MetabaseRig.open();
});
afterAll(() => rig.close());

const shown = z.object({ dashcards: z.array(z.object({ id: z.number(), card_id: z.number(), card: z.object({ name: z.string() }) })) });
const answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ cols: z.array(z.object({ name: z.string() })), rows: z.array(z.array(z.unknown())) }).optional(),
});

test('the five dashboards go to Metabase in at most 100 requests for a company, the executive one besides', async () => {
  const from = rig.metabase.log.length;
  await applyMetabase(rig.deps(DASHBOARDS), { tenantId: rig.ana.id });
  const requests = rig.metabase.log.length - from;
  console.info(`${rig.metabase.state.cards.size} cards on four dashboards: ${requests} requests to Metabase`);
  expect(requests).toBeLessThanOrEqual(100);
  await applyMetabase(rig.deps(DASHBOARDS), 'executive');
  expect((await rig.plan({ tenantId: rig.ana.id }, DASHBOARDS)).differences).toBe(0);
  expect(rig.metabase.state.dashboards.size).toBe(5);
});

test.each(DASHBOARDS.filter(({ audience }) => audience === 'tenant').map(({ key }) => key))(
  '%s: every card answers through the signed address, with the columns it says; for another company none has a row',
  async (key) => {
    const deps = { ...rig.embedDeps(), dashboards: DASHBOARDS };
    const { token, dashboard } = await embedDashboard(deps, rig.ana.id, key);
    const template = DASHBOARDS.find((one) => one.key === key)!;
    const { dashcards } = shown.parse(JSON.parse((await rig.ask(token)).text));
    const read = async (by: string, place: (typeof dashcards)[number]) =>
      answer.parse(JSON.parse((await rig.ask(`${by}/dashcard/${place.id}/card/${place.card_id}`)).text));
    const { secret } = deps;
    const other = await signEmbed({
      dashboardId: dashboard.id,
      tenantId: rig.beto.id,
      rut: rig.beto.rut,
      secret,
      now: new Date(),
      ttlSeconds: 60,
    });
    for (const place of dashcards) {
      const own = await read(token, place);
      expect({ card: place.card.name, ...own }).toMatchObject({ status: 'completed' });
      const card = template.cards.find(({ title }) => title === place.card.name)!;
      expect(own.data!.cols.map(({ name }) => name)).toEqual(Object.keys(card.columns));
      expect((await read(other.token, place)).data!.rows).toEqual([]);
    }
    expect(dashcards.length).toBeGreaterThan(0);
  },
);

test('every card of the executive dashboard answers through the analyst', async () => {
  const { state } = rig.metabase;
  const analyst = [...state.databases.values()].find(({ details }) => details['user'] === 'kpi_analyst')!;
  const cards = [...state.cards.values()].filter(({ database_id }) => database_id === analyst.id);
  for (const card of cards) expect({ card: card.name, ...(await runNative(analyst, card, {})) }).toMatchObject({ status: 'completed' });
  expect(cards.length).toBeGreaterThan(0);
});
