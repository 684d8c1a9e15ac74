import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { embedDashboard } from '../../src/metabase/embed.ts';
import { removeMetabase } from '../../src/metabase/remove.ts';
import { rotateReader } from '../../src/metabase/rotate-reader.ts';
import { nativeOf } from '../../src/metabase/wire.ts';
import { MetabaseRig, type RealMetabase } from '../support/metabase-rig.ts';

const embedded = z.object({ dashcards: z.array(z.object({ id: z.number(), card_id: z.number(), card: z.object({ name: z.string() }) })) });
const result = z.object({ status: z.string(), data: z.object({ rows: z.array(z.array(z.unknown())) }).optional() });

/**
 * What this project relies on in a Metabase. Run against the stand-in with every test run, and against a real server by
 * `npm run metabase:contract`: where both pass, the stand-in is right.
 */
export function metabaseContract(real: RealMetabase | null): void {
  let rig: MetabaseRig;
  const owner = () => ({ tenantId: rig.ana.id });
  const idOf = async (kind: string, key: string) => {
    const found = await rig.db.query<{ id: number }>(
      `select metabase_id::int as id from ops.metabase_objects where tenant_id = $1 and kind = $2 and key = $3`,
      [rig.ana.id, kind, key],
    );
    return found.rows[0]!.id;
  };
  const admin = (method: string, path: string, body?: unknown) =>
    fetch(`${rig.url}${path}`, {
      method,
      headers: { 'x-api-key': rig.provisioned.secrets.apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    rig = await MetabaseRig.open(real);
    await rig.apply(owner());
    await rig.apply({ tenantId: rig.beto.id });
  });
  afterAll(() => rig.close());

  test('provisioning twice does nothing the second time', async () => {
    expect((await rig.provision(rig.provisioned.secrets)).done).toEqual([]);
  });

  test('what was applied reads back as it was meant: no difference, and a second apply finds none', async () => {
    const plan = await rig.plan(owner());
    expect(plan.items.filter(({ status }) => status !== 'unchanged')).toEqual([]);
    expect((await rig.apply(owner())).differences).toBe(0);
  });

  test('a card keeps the identity it was given, and is found by it', async () => {
    const { client } = rig.deps();
    const id = await idOf('card', 'ventas/total');
    const { entity_id: entityId } = await client.card(id);
    expect(await client.cardsByEntityId([entityId!, 'A'.repeat(21)])).toEqual(new Map([[entityId, id]]));
  });

  test('a query is told in a form that we can read', async () => {
    const card = await rig.deps().client.card(await idOf('card', 'ventas/total'));
    expect(nativeOf(card.dataset_query)).toMatchObject({ tags: expect.arrayContaining(['rut', 'tenant_id']) as unknown });
  });

  test('changes by hand are drift, and are put back', async () => {
    const { client } = rig.deps();
    await client.updateCard(await idOf('card', 'ventas/total'), { name: 'Otro' });
    await client.updateDashboard(await idOf('dashboard', 'ventas'), { embedding_params: { tenant_id: 'locked', rut: 'enabled' } });
    const drifted = (await rig.plan(owner())).items.filter(({ status }) => status === 'drift').map(({ kind, key }) => `${kind} ${key}`);
    expect(drifted).toEqual(['card ventas/total', 'dashboard ventas']);
    await rig.apply(owner());
    expect((await rig.plan(owner())).differences).toBe(0);
  });

  test('a list replaces what was there', async () => {
    const { client } = rig.deps();
    await client.updateDashboard(await idOf('dashboard', 'soporte'), { dashcards: [] });
    expect((await client.dashboard(await idOf('dashboard', 'soporte'))).dashcards).toEqual([]);
    await rig.apply(owner());
    expect((await client.dashboard(await idOf('dashboard', 'soporte'))).dashcards).toHaveLength(1);
  });

  test('a stale revision is refused with 409', async () => {
    const { revision } = await rig.deps().client.permissionGraph();
    expect((await admin('PUT', '/api/permissions/graph', { revision: revision - 1, groups: {} })).status).toBe(409);
  });

  test('a statement that fails is answered with 202 and says so', async () => {
    const { client } = rig.deps();
    const collection = await idOf('collection', 'main');
    const native = { query: 'select nothing_of_that_name', 'template-tags': {} };
    const id = await client.createCard({
      name: 'Falla',
      display: 'table',
      visualization_settings: {},
      collection_id: collection,
      dataset_query: { type: 'native', database: await idOf('database', 'main'), native },
    });
    const answer = await admin('POST', `/api/card/${id}/query`);
    await client.updateCard(id, { archived: true });
    expect(answer.status).toBe(202);
    expect(result.parse(await answer.json()).status).toBe('failed');
  });

  test('an embedding shows the rows of its company; a locked parameter cannot be given in the address', async () => {
    const { token } = await embedDashboard(rig.embedDeps(), rig.ana.id, 'ventas');
    const { dashcards } = embedded.parse(JSON.parse((await rig.ask(token)).text));
    const place = dashcards.find(({ card }) => card.name === 'Tarjeta todas')!;
    const path = `${token}/dashcard/${place.id}/card/${place.card_id}`;
    const own = await rig.ask(`${path}?parameters=${encodeURIComponent('{}')}`);
    expect(result.parse(JSON.parse(own.text)).data?.rows).toEqual([[rig.ana.name]]);
    const other = await rig.ask(`${path}?parameters=${encodeURIComponent(JSON.stringify({ rut: rig.beto.rut }))}`);
    expect(other.status).toBe(400);
    expect(other.text).toContain('You can only specify a value for :rut in the JWT.');
  });

  test('another password of a company reaches its connection, which is tried with it', async () => {
    const { adminUrl: directUrl, roleSecret } = rig.database;
    const author = { who: 'contract', reason: 'contract' };
    const done = await rotateReader({ db: rig.db, directUrl, roleSecret, metabase: rig.deps() }, rig.ana.id, { author });
    expect(done).toMatchObject({ generation: 2, metabase: 'told' });
    // Metabase tries a connection before it stores it, so the new password is right.
    expect((await rig.plan(owner())).differences).toBe(0);
  });

  test('a company that is taken out leaves no connection and no card; its collection is in the trash', async () => {
    const { client } = rig.deps();
    const card = await client.card(await idOf('card', 'ventas/total'));
    const [database, collection] = [await idOf('database', 'main'), await idOf('collection', 'main')];
    await removeMetabase(rig.deps(), rig.ana.id);
    expect((await client.databases()).map(({ id }) => id)).not.toContain(database);
    expect(await client.cardsByEntityId([card.entity_id!])).toEqual(new Map());
    expect(await client.collection(collection)).toMatchObject({ archived: true });
    expect((await removeMetabase(rig.deps(), rig.ana.id)).items).toEqual([]);
  });
}
