import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { embedDashboard } from '../../src/metabase/embed.ts';
import { removeMetabase } from '../../src/metabase/remove.ts';
import { rotateReader, type RotationOptions } from '../../src/metabase/rotate-reader.ts';
import { runNative } from '../../src/sandbox/metabase/run-native.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { readerGeneration } from '../../src/store/reader-passwords.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { ReaderSessions } from '../../src/store/reader-sessions.ts';
import { roleUrl } from '../../src/store/role-urls.ts';
import { MetabaseRig } from '../support/metabase-rig.ts';

let rig: MetabaseRig;
beforeAll(async () => {
  rig = await MetabaseRig.open();
  for (const { id } of [rig.ana, rig.beto]) await rig.apply({ tenantId: id });
});
afterAll(() => rig.close());
afterEach(() => {
  rig.cut.after = Number.POSITIVE_INFINITY;
  rig.meanwhile = () => undefined;
});

const AUTHOR = { who: 'test', reason: 'a test' };
const deps = () => {
  const { adminUrl: directUrl, roleSecret } = rig.database;
  return { db: rig.db, directUrl, roleSecret, metabase: rig.deps() };
};
const rotate = (options: Partial<RotationOptions> = {}) => rotateReader(deps(), rig.ana.id, { author: AUTHOR, ...options });

/** Whether the password of a generation opens a session. */
async function opens(generation: number, role = rig.ana.role): Promise<boolean> {
  const client = new pg.Client({ connectionString: rig.database.url(role, generation) });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => true),
    (error: unknown) => {
      expect(error).toMatchObject({ code: '28P01' });
      return false;
    },
  );
}

/** A session as the company's reader, and a promise of what ends it. */
async function session(generation: number) {
  const client = new pg.Client({ connectionString: rig.database.url(rig.ana.role, generation) });
  let ended = false;
  client.on('error', () => {
    ended = true;
  });
  await client.connect();
  return { client, ended: () => ended };
}

/** Whether Metabase can ask the warehouse as the company, with what it has stored. */
async function metabaseReads(tenant = rig.ana): Promise<boolean> {
  const database = [...rig.metabase.state.databases.values()].find(({ details }) => details['user'] === tenant.role)!;
  const answer = await runNative(database, { sql: 'select company_name from public.tenants', tags: {} }, {});
  return answer.status === 'completed' && answer.data.rows.length === 1;
}

test('another password: the former opens nothing, Metabase has the new one, sessions of before are ended, others stay', async () => {
  const old = await session(1);
  const other = await session(1);
  const beto = new pg.Client({ connectionString: rig.database.url(rig.beto.role) });
  await beto.connect();
  const done = await rotate();
  expect(done).toEqual({ role: rig.ana.role, generation: 2, resumed: false, metabase: 'told', sessionsEnded: 2 });
  expect([await opens(1), await opens(2)]).toEqual([false, true]);
  expect(await metabaseReads()).toBe(true);
  await sleep(50);
  expect([old.ended(), other.ended()]).toEqual([true, true]);
  expect((await beto.query('select company_name from public.tenants')).rows).toEqual([{ company_name: 'Empresa Beto' }]);
  await beto.end();
  expect((await rig.plan({ tenantId: rig.ana.id })).differences).toBe(0);
  expect((await embedDashboard(rig.embedDeps(), rig.ana.id, 'ventas')).token).not.toBe('');

  const { rows } = await rig.db.query<{ details: unknown; actor: string }>(
    `select actor, details from ops.audit where tenant_id = $1 and action = 'reader.rotated'`,
    [rig.ana.id],
  );
  expect(rows).toEqual([{ actor: 'test', details: { role: rig.ana.role, generation: 2, reason: 'a test' } }]);
});

test('Metabase away: nothing is changed, so that it is not locked out; forced, it is told by the next apply', async () => {
  const generation = await readerGeneration(rig.db, rig.ana.role);
  rig.cut.after = 0;
  await expect(rotate()).rejects.toThrow('died');
  expect(await readerGeneration(rig.db, rig.ana.role)).toBe(generation);
  expect(await opens(generation)).toBe(true);

  rig.cut.after = 0;
  expect(await rotate({ force: true })).toMatchObject({ generation: generation + 1, metabase: 'waiting' });
  expect([await opens(generation), await opens(generation + 1)]).toEqual([false, true]);
  rig.cut.after = Number.POSITIVE_INFINITY;
  expect(await metabaseReads()).toBe(false);
  const plan = await rig.plan({ tenantId: rig.ana.id });
  expect(plan.items.filter(({ status }) => status !== 'unchanged')).toMatchObject([{ kind: 'database', status: 'update' }]);
  await rig.apply({ tenantId: rig.ana.id });
  expect(await metabaseReads()).toBe(true);
  // Typed again it is finished, with the same password.
  expect(await rotate()).toMatchObject({ generation: generation + 1, resumed: true, metabase: 'told' });
});

test('cut off after each request in turn, typing it again finishes it; Metabase is never left with a password that opens nothing', async () => {
  for (let at = 1; ; at += 1) {
    const generation = await readerGeneration(rig.db, rig.ana.role);
    const kept = await session(generation);
    rig.cut.after = at;
    const died = await rotate().then(
      () => false,
      () => true,
    );
    rig.cut.after = Number.POSITIVE_INFINITY;
    if (!died) {
      expect(at).toBeGreaterThan(2);
      await kept.client.end().catch(() => undefined);
      return;
    }
    // What Metabase has open serves on until it has been told.
    await kept.client.query('select 1');
    const changed = (await readerGeneration(rig.db, rig.ana.role)) > generation;
    const done = await rotate();
    expect(done).toMatchObject({ generation: generation + 1, resumed: changed, metabase: 'told' });
    expect(await metabaseReads()).toBe(true);
    expect(await opens(generation)).toBe(false);
    await sleep(20);
    expect(kept.ended()).toBe(true);
  }
});

test('an apply that died before the change cannot write the former password afterwards; one under way is waited for', async () => {
  await rig.db.query(
    `insert into ops.metabase_locks (tenant_id, instance, holder, held_until) values ($1, $2, gen_random_uuid(), now() + interval '1 minute')`,
    [rig.ana.id, rig.metabase.url],
  );
  const generation = await readerGeneration(rig.db, rig.ana.role);
  await expect(rotate()).rejects.toMatchObject({ code: 'metabase_busy' });
  expect(await readerGeneration(rig.db, rig.ana.role)).toBe(generation);
  await rig.db.query('delete from ops.metabase_locks where tenant_id = $1', [rig.ana.id]);
});

test('a Metabase that is not the configured one is not forgotten', async () => {
  const without = { ...deps(), metabase: null };
  await expect(rotateReader(without, rig.ana.id, { author: AUTHOR })).rejects.toMatchObject({ code: 'metabase_elsewhere' });
  const done = await rotateReader(without, rig.ana.id, { author: AUTHOR, force: true });
  expect(done.metabase).toBe('waiting');
  await rig.apply({ tenantId: rig.ana.id });
  expect(await metabaseReads()).toBe(true);
  expect(await rotate()).toMatchObject({ generation: done.generation, resumed: true });
});

test("the gateway's sessions follow: one of before is ended and another opened with the new password, also when it changes in between", async () => {
  const { adminUrl, roleSecret } = rig.database;
  let late = 0;
  const readers = new ReaderSessions({
    url: async (role) => {
      const url = roleUrl(adminUrl, role, roleSecret, await readerGeneration(rig.db, role));
      if (late > 0) {
        late -= 1;
        await rotate();
      }
      return url;
    },
    maxConnections: 2,
    perTenant: 2,
    waitingPerTenant: 5,
    waitMs: 10_000,
    idleMs: 60_000,
  });
  const pid = () => readers.use(rig.ana.role, async ({ client, pid: own }) => client.query('select 1').then(() => own));
  const first = await pid();
  await rotate();
  await expect.poll(() => readers.counts.open).toBe(0);
  expect(await pid()).not.toBe(first);
  await rotate();
  await expect.poll(() => readers.counts.open).toBe(0);
  late = 1;
  expect(await pid()).toBeGreaterThan(0);
  await readers.close();
});

test('taken out of Metabase: its own goes, what a person put on its connection is asked about, the others stay; then the role goes', async () => {
  const { state } = rig.metabase;
  const of = (role: string) => [...state.databases.values()].filter(({ details }) => details['user'] === role);
  const [database] = of(rig.ana.role);
  const template = [...state.cards.values()].find(({ database_id: on }) => on === database!.id)!;
  const foreign = { ...template, id: state.id(), entity_id: 'f'.repeat(21), name: 'La mía', collection_id: null };
  state.cards.set(foreign.id, foreign);
  const before = structuredClone([...state.dashboards.keys()]);
  await expect(removeMetabase(rig.deps(), rig.ana.id)).rejects.toMatchObject({
    code: 'foreign_cards',
    message: expect.stringContaining('"La mía"') as string,
  });
  expect([...state.dashboards.keys()]).toEqual(before);

  const beto = structuredClone([...state.cards.values()].filter(({ database_id: on }) => on === of(rig.beto.role)[0]!.id));
  // Cut off after each request, it goes on where it was.
  let removed = 0;
  for (let at = 1; ; at += 1) {
    rig.cut.after = at;
    const done = await removeMetabase(rig.deps(), rig.ana.id, { force: true }).catch(() => null);
    rig.cut.after = Number.POSITIVE_INFINITY;
    removed += 1;
    if (done !== null) break;
  }
  expect(removed).toBeGreaterThan(3);
  expect(of(rig.ana.role)).toEqual([]);
  expect([...state.cards.values()].filter(({ database_id: on }) => on === database!.id)).toEqual([]);
  expect([...state.cards.values()].filter(({ database_id: on }) => on === of(rig.beto.role)[0]!.id)).toEqual(beto);
  expect([...state.collections.values()].filter(({ archived, name }) => !archived && name.includes(rig.ana.rut))).toEqual([]);
  expect(JSON.stringify([...state.collections.values()])).not.toContain(rig.ana.name);
  const objects = await rig.db.query('select from ops.metabase_objects where tenant_id = $1', [rig.ana.id]);
  expect(objects.rowCount).toBe(0);
  expect((await removeMetabase(rig.deps(), rig.ana.id)).items).toEqual([]);

  await withDirectSession(rig.database.adminUrl, async (admin) => {
    // Whatever it was granted by hand goes with it.
    await admin.run(`grant select on public.tenants to ${rig.ana.role}`);
    await dropReader(admin, rig.ana.role);
    expect(await admin.run('select from pg_roles where rolname = $1', [rig.ana.role])).toEqual([]);
    expect(await admin.run('select from ops.reader_passwords where tenant_id = $1', [rig.ana.id])).toEqual([]);
  });
  expect((await removeMetabase(rig.deps(), rig.ana.id)).items).toEqual([]);
  const made = await withDirectSession(rig.database.adminUrl, (admin) =>
    createReader(admin, { tenantId: rig.ana.id, roleSecret: rig.database.roleSecret }),
  );
  await rig.apply({ tenantId: rig.ana.id });
  expect(of(made.role)).toHaveLength(1);
  expect(await metabaseReads({ ...rig.ana, role: made.role })).toBe(true);
  await withDirectSession(rig.database.adminUrl, (admin) => dropReader(admin, made.role));
});

test('what a person made in the collection keeps it', async () => {
  const { state } = rig.metabase;
  const collection = [...state.collections.values()].find(({ name }) => name.includes(rig.beto.rut))!;
  const template = [...state.dashboards.values()].find(({ collection_id: of }) => of === collection.id)!;
  const theirs = { ...template, id: state.id(), description: 'De otro', dashcards: [] };
  state.dashboards.set(theirs.id, theirs);
  const { items } = await removeMetabase(rig.deps(), rig.beto.id);
  expect(items.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'dashboard removed',
    'dashboard removed',
    'database removed',
    'collection left',
  ]);
  expect(collection).toMatchObject({ archived: false });
  expect(state.dashboards.has(theirs.id)).toBe(true);
});
