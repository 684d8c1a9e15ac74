import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dashboard } from '../../src/dashboards/dashboard.ts';
import { MetabaseLock, NO_TENANT } from '../../src/store/metabase-objects.ts';
import { EXAMPLE_DASHBOARDS } from '../support/example-dashboards.ts';
import { ADMIN, MetabaseRig } from '../support/metabase-rig.ts';

let rig: MetabaseRig;
beforeAll(async () => {
  rig = await MetabaseRig.open();
});
afterAll(() => rig.close());

const owner = () => ({ tenantId: rig.ana.id });
const statuses = (items: readonly { readonly kind: string; readonly key: string; readonly status: string }[]) =>
  Object.fromEntries(items.filter(({ status }) => status !== 'unchanged').map(({ kind, key, status }) => [`${kind} ${key}`, status]));
const writes = (from: number) =>
  rig.metabase.log.slice(from).filter((line) => /^(PUT|POST)/.test(line) && !line.includes('eid-translation'));
const ids = async (tenantId: string) =>
  (
    await rig.db.query<{ name: string; id: number }>(
      `select kind || ' ' || key as name, metabase_id::int as id from ops.metabase_objects where tenant_id = $1`,
      [tenantId],
    )
  ).rows;
const idOf = async (name: string, tenantId = rig.ana.id) => (await ids(tenantId)).find((row) => row.name === name)!.id;

test('a Metabase from nothing: administrator, key, our secret, no public links; the second time nothing is done', async () => {
  const { state } = rig.metabase;
  expect(state.admin).toEqual(ADMIN);
  expect(state.settings.get('enable-public-sharing')).toBe(false);
  expect(state.settings.get('enable-embedding-static')).toBe(true);
  expect(state.settings.get('embedding-secret-key')).toBe(rig.provisioned.secrets.embeddingSecret);
  expect(state.access.groups.has('root')).toBe(false);
  expect(rig.provisioned.done).toContain('administrator made');
  const again = await rig.provision(rig.provisioned.secrets);
  expect(again).toMatchObject({ done: [], warnings: [], secrets: rig.provisioned.secrets });
});

test('a Metabase that was left half way is finished: a lost key is made anew, a secret that nobody kept is replaced with a warning', async () => {
  const again = await rig.provision();
  expect(again.done).toEqual(['API key made', 'embedding secret set']);
  expect(again.warnings).toEqual([expect.stringContaining('the embedding secret was replaced')]);
  rig.provisioned = again;
});

test('a report time zone is told, as it would shift the days of each company', async () => {
  rig.metabase.state.settings.set('report-timezone', 'America/Sao_Paulo');
  expect((await rig.provision(rig.provisioned.secrets)).warnings).toEqual([
    expect.stringContaining('report-timezone is "America/Sao_Paulo"'),
  ]);
  rig.metabase.state.settings.delete('report-timezone');
});

test('a wrong administrator is refused with what to do, and no secret is in the error', async () => {
  rig.metabase.state.admin = { ...ADMIN, password: 'another one entirely' };
  const refused = await rig.provision().catch((error: unknown) => error as Error);
  expect(refused).toMatchObject({ kind: 'config', message: expect.stringContaining('does not know this administrator') });
  expect(JSON.stringify(refused) + (refused as Error).message).not.toContain(ADMIN.password);
  rig.metabase.state.admin = ADMIN;
});

test('from nothing an apply makes connection, keys, collection, cards and dashboards; the plan had said so; a second apply writes nothing', async () => {
  const plan = await rig.plan(owner());
  expect(new Set(plan.items.map(({ status }) => status))).toEqual(new Set(['create']));
  const before = rig.metabase.log.length;
  const applied = await rig.apply(owner());
  expect(applied.items.filter(({ kind }) => kind === 'card')).toHaveLength(4);
  expect(rig.metabase.log.length - before).toBeLessThanOrEqual(60);
  expect((await rig.plan(owner())).differences).toBe(0);

  const from = rig.metabase.log.length;
  const again = await rig.apply(owner());
  expect(again.differences).toBe(0);
  expect(writes(from)).toEqual([]);

  const { state } = rig.metabase;
  const database = state.databases.get(await idOf('database main'))!;
  expect(database.details).toMatchObject({ user: rig.ana.role, 'additional-options': expect.stringContaining('stringtype=unspecified') });
  expect(state.permissions.groups.get(database.id)).toMatchObject({ 'create-queries': 'no' });
  const orders = database.tables.find(({ schema, name }) => schema === 'public' && name === 'orders')!;
  const customers = database.tables.find(({ name }) => name === 'customers')!;
  expect(orders.fields.find(({ name }) => name === 'id')).toMatchObject({ semantic_type: 'type/PK' });
  expect(orders.fields.find(({ name }) => name === 'customer_id')).toMatchObject({
    semantic_type: 'type/FK',
    fk_target_field_id: customers.fields.find(({ name }) => name === 'id')!.id,
  });
  const dashboard = state.dashboards.get(await idOf('dashboard ventas'))!;
  expect(dashboard).toMatchObject({
    width: 'full',
    enable_embedding: true,
    embedding_params: { tenant_id: 'locked', rut: 'locked', desde: 'enabled', hasta: 'enabled', estado: 'enabled' },
  });
  const secrets = await rig.seeder.client.query<{ text: string }>('select o::text as text from ops.metabase_objects o');
  expect(JSON.stringify(secrets.rows)).not.toContain(String(database.details['password']));
});

test('what somebody changed by hand is told as drift, and put back', async () => {
  const { state } = rig.metabase;
  const card = state.cards.get(await idOf('card ventas/total'))!;
  const dashboard = state.dashboards.get(await idOf('dashboard ventas'))!;
  const database = state.databases.get(await idOf('database main'))!;
  card.sql = card.sql.replace('count(*)', 'count(*) * 2');
  dashboard.embedding_params['tenant_id'] = 'enabled';
  dashboard.dashcards[0]!.parameter_mappings = [];
  dashboard.dashcards[1]!.col = 5;
  state.permissions.groups.set(database.id, { 'view-data': 'unrestricted', 'create-queries': 'query-builder' });
  state.cards.get(await idOf('card soporte/canales'))!.archived = true;
  state.dashboards.get(await idOf('dashboard soporte'))!.dashcards = [];

  const drift = {
    'card ventas/total': 'drift',
    'card soporte/canales': 'drift',
    'dashboard ventas': 'drift',
    'dashboard soporte': 'drift',
    'access main': 'drift',
  };
  const plan = await rig.plan(owner());
  expect(statuses(plan.items)).toEqual(drift);
  expect(plan.items.find(({ key }) => key === 'ventas/total')!.changes).toEqual(['sql']);
  expect(plan.items.find(({ key, kind }) => key === 'ventas' && kind === 'dashboard')!.changes).toEqual(['embedding_params', 'dashcards']);
  await rig.apply(owner());
  expect((await rig.plan(owner())).differences).toBe(0);
  expect(card.sql).not.toContain('* 2');
  expect(dashboard.embedding_params['tenant_id']).toBe('locked');
  expect(state.cards.get(card.id)!.archived).toBe(false);
});

test('what is not ours stays: a foreign card on our dashboard, foreign cards, collections and connections of the same name', async () => {
  const { state } = rig.metabase;
  const dashboard = state.dashboards.get(await idOf('dashboard ventas'))!;
  const template = state.cards.get(await idOf('card ventas/total'))!;
  const foreign = { ...template, id: state.id(), entity_id: 'f'.repeat(21), name: 'La mía', archived: false };
  state.cards.set(foreign.id, foreign);
  const place = { ...dashboard.dashcards[0]!, id: state.id(), card_id: foreign.id, row: 40, parameter_mappings: [], series: [] };
  dashboard.dashcards.push(place);
  const theirs = structuredClone({ card: foreign, collections: [...state.collections.values()], databases: state.databases.size });

  const plan = await rig.plan(owner());
  expect(statuses(plan.items)).toEqual({ [`card ventas/#${place.id}`]: 'foreign' });
  expect(plan.differences).toBe(0);
  // Something to write, so that the dashboard's list is replaced.
  dashboard.name = 'Otro nombre';
  await rig.apply(owner());
  expect(dashboard.name).toBe('Ventas');
  expect(dashboard.dashcards.find(({ id }) => id === place.id)).toMatchObject({ card_id: foreign.id, row: 40 });
  expect(state.cards.get(foreign.id)).toEqual(theirs.card);
  expect([...state.collections.values()]).toEqual(theirs.collections);
  dashboard.dashcards = dashboard.dashcards.filter(({ id }) => id !== place.id);
  state.cards.delete(foreign.id);
});

test('a changed template is an update; a card taken out of it goes to the trash and is forgotten', async () => {
  const changed: Dashboard[] = EXAMPLE_DASHBOARDS.map((dashboard) =>
    dashboard.key === 'ventas'
      ? {
          ...dashboard,
          cards: dashboard.cards.filter(({ key }) => key !== 'todas').map((card) => ({ ...card, title: `${card.title} nueva` })),
        }
      : dashboard,
  );
  const gone = await idOf('card ventas/todas');
  expect(statuses((await rig.plan(owner(), changed)).items)).toEqual({
    'card ventas/ordenes': 'update',
    'card ventas/total': 'update',
    'card ventas/todas': 'orphan',
    'dashboard ventas': 'update',
  });
  await rig.apply(owner(), changed);
  expect(rig.metabase.state.cards.get(gone)!.archived).toBe(true);
  expect((await rig.plan(owner(), changed)).differences).toBe(0);
  // Back again: the very card is taken out of the trash, by its identity.
  await rig.apply(owner());
  expect(await idOf('card ventas/todas')).toBe(gone);
  expect(rig.metabase.state.cards.get(gone)!.archived).toBe(false);
  expect((await rig.plan(owner())).differences).toBe(0);
});

test('cut off after each request in turn, the next apply finishes it and makes nothing twice', async () => {
  const { state } = rig.metabase;
  for (let at = 1; ; at += 1) {
    // Nothing is remembered and nothing is there, as for a company of its own.
    await rig.db.query('delete from ops.metabase_objects where tenant_id = $1', [rig.beto.id]);
    for (const [id, one] of state.databases) if (one.details['user'] === rig.beto.role) state.databases.delete(id);
    for (const [id, one] of state.collections) if (one.name.includes(rig.beto.rut)) dropCollection(id);
    rig.cut.after = at;
    const died = await rig.apply({ tenantId: rig.beto.id }).then(
      () => false,
      () => true,
    );
    rig.cut.after = Number.POSITIVE_INFINITY;
    if (!died) {
      expect(at).toBeGreaterThan(20);
      return;
    }
    await rig.apply({ tenantId: rig.beto.id });
    const mine = [...state.collections.values()].filter(({ name }) => name.includes(rig.beto.rut));
    expect(mine).toHaveLength(1);
    expect([...state.databases.values()].filter(({ details }) => details['user'] === rig.beto.role)).toHaveLength(1);
    expect([...state.cards.values()].filter(({ collection_id }) => collection_id === mine[0]!.id)).toHaveLength(4);
    expect([...state.dashboards.values()].filter(({ collection_id }) => collection_id === mine[0]!.id)).toHaveLength(2);
  }
}, 120_000);

function dropCollection(id: number): void {
  const { collections, cards, dashboards } = rig.metabase.state;
  collections.delete(id);
  for (const map of [cards, dashboards] as const) for (const [key, one] of map) if (one.collection_id === id) map.delete(key);
}

test('after a Metabase was set up anew, ids that now are somebody else’s are not touched', async () => {
  const { state } = rig.metabase;
  const dashboardId = await idOf('dashboard soporte');
  const theirs = { ...state.dashboards.get(dashboardId)!, description: 'De otro', dashcards: [] };
  state.dashboards.set(dashboardId, theirs);
  const cardId = await idOf('card soporte/canales');
  const theirCard = { ...state.cards.get(cardId)!, entity_id: 'z'.repeat(21), sql: 'select 1' };
  state.cards.set(cardId, theirCard);
  const before = structuredClone([theirs, theirCard]);
  await rig.apply(owner());
  expect([state.dashboards.get(dashboardId), state.cards.get(cardId)]).toEqual(before);
  expect(await idOf('dashboard soporte')).not.toBe(dashboardId);
  expect(await idOf('card soporte/canales')).not.toBe(cardId);
  expect((await rig.plan(owner())).differences).toBe(0);
});

test('two applies for one company: the second is told to wait; a run that died gives way', async () => {
  const place = { tenantId: rig.ana.id, instance: rig.metabase.url };
  const lock = await MetabaseLock.take(rig.db, place, '00000000-0000-4000-8000-000000000001');
  await expect(rig.apply(owner())).rejects.toMatchObject({ code: 'metabase_busy' });
  await rig.apply({ tenantId: rig.beto.id });
  await rig.db.query(`update ops.metabase_locks set held_until = now() - interval '1 second'`);
  await rig.apply(owner());
  // The run that was taken over notices before it writes.
  await expect(lock.hold()).rejects.toMatchObject({ code: 'metabase_busy' });
  await expect(lock.save({ kind: 'card', key: 'x', metabaseId: 1, specHash: '' })).rejects.toMatchObject({ code: 'metabase_busy' });
});

test('a permission graph that somebody else changed meanwhile is read again', async () => {
  const { state } = rig.metabase;
  const id = await idOf('database main');
  state.permissions.groups.set(id, { 'create-queries': 'query-builder' });
  let others = 2;
  rig.meanwhile = (address) => {
    if (address.endsWith('/permissions/graph') && others > 0) state.permissions.revision += 1;
    if (address.endsWith('/permissions/graph')) others -= 1;
  };
  await rig.apply(owner());
  rig.meanwhile = () => undefined;
  // Two stale answers, the third read, and the write that went through.
  expect(others).toBe(-2);
  expect(state.permissions.groups.get(id)).toMatchObject({ 'create-queries': 'no' });
});

test('another industry gets other cards and no gap', async () => {
  await rig.seeder.client.query(`update public.tenants set industry = 'services' where id = $1`, [rig.beto.id]);
  await rig.apply({ tenantId: rig.beto.id });
  const dashboard = rig.metabase.state.dashboards.get(await idOf('dashboard ventas', rig.beto.id))!;
  expect(dashboard.dashcards.map(({ row }) => row)).toEqual([0, 4]);
});

test('the executive content has its own connection and collection, and no embedding', async () => {
  await rig.apply('executive');
  expect((await rig.plan('executive')).differences).toBe(0);
  const { state } = rig.metabase;
  expect(state.databases.get(await idOf('database main', NO_TENANT))!.details['user']).toBe('kpi_analyst');
  expect(state.dashboards.get(await idOf('dashboard ejecutiva', NO_TENANT))).toMatchObject({
    enable_embedding: false,
    embedding_params: {},
  });
});
