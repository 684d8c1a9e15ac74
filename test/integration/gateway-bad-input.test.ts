import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createServer } from '../../src/api/server.ts';
import { allConnectors } from '../../src/app.ts';
import { metabaseClient } from '../../src/metabase/client.ts';
import { Cleared, embedDashboard } from '../../src/metabase/embed.ts';
import { metabaseHttp } from '../../src/metabase/open-metabase.ts';
import { createLog } from '../../src/log.ts';
import { ReaderSessions } from '../../src/store/reader-sessions.ts';
import { ClerkKeys, PORTAL } from '../support/clerk-keys.ts';
import { MetabaseRig } from '../support/metabase-rig.ts';

let rig: MetabaseRig;
let keys: ClerkKeys;
let readers: ReaderSessions;
let server: ReturnType<typeof createServer>;
let url: string;
/** Metabase as the gateway reaches it; one that is away for some tests. */
let away = false;

beforeAll(async () => {
  rig = await MetabaseRig.open();
  await rig.apply({ tenantId: rig.ana.id });
  await rig.apply({ tenantId: rig.beto.id });
  await rig.apply('executive');
  for (const [name, { id }] of [['ana', rig.ana] as const, ['beto', rig.beto] as const]) {
    await rig.seeder.insert('public.users', { id: `user_${name}` });
    await rig.seeder.insert('public.user_tenants', { tenant_id: id, user_id: `user_${name}` });
  }
  keys = await ClerkKeys.open();
  const role = (name: string) => rig.database.url(name);
  readers = new ReaderSessions({ url: role, maxConnections: 4, perTenant: 2, waitingPerTenant: 9, waitMs: 5000, idleMs: 30_000 });
  const silent = createLog({ level: 'silent' });
  const nowhere = 'http://127.0.0.1:9';
  const http = metabaseHttp({ url: nowhere, log: silent, secrets: [], policy: { baseDelayMs: 1, maxTotalMs: 50 } });
  const embedding = rig.embedDeps();
  const lost = { ...embedding, cleared: new Cleared(), client: metabaseClient({ url: nowhere, http, credentials: { apiKey: 'x' } }) };
  // The same instance, as far as ops knows.
  Object.assign(lost.client, { instance: embedding.client.instance });
  server = createServer({
    db: rig.db,
    log: silent,
    clerkWebhookSecret: null,
    gateway: {
      connectors: allConnectors,
      openSource: () => Promise.reject(new Error('no source is there')),
      requestsPerSecond: 40,
      exportsFolder: '.',
      identityKeyOf: () => Buffer.alloc(32),
      readers,
      queryMs: 1500,
      limits: { requestsPerMinute: 100_000, queriesPerMinute: 100_000 },
      corsOrigins: [],
      clerk: { issuer: keys.issuer, authorizedParties: [PORTAL], audience: null, operatorRole: null, cooldownMs: 0 },
      metabase: { embed: (tenantId, name) => embedDashboard(away ? lost : embedding, tenantId, name) },
      version: '0.0.0',
    },
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await readers.close();
  await keys.close();
  await rig.close();
});

interface Said {
  readonly status: number;
  readonly code: unknown;
  readonly text: string;
  readonly body: Record<string, unknown>;
}
async function ask(path: string, body?: unknown, token?: string): Promise<Said> {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token ?? (await keys.session('user_ana'))}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const parsed = JSON.parse(text) as Record<string, unknown>;
  if (answer.status >= 400) {
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(parsed).toMatchObject({ type: 'about:blank', status: answer.status, title: expect.any(String), detail: expect.any(String) });
    expect(text).not.toMatch(/node_modules|\.ts:|127\.0\.0\.1|postgres:|declare answer/i);
    expect(text).not.toContain(rig.beto.id);
  }
  return { status: answer.status, code: parsed['code'], text, body: parsed };
}
const embed = (dashboard: string, query = '', token?: string) =>
  ask(`/api/metabase/embed/${encodeURIComponent(dashboard)}${query}`, undefined, token);
const query = (sql: string, tenant_id = rig.ana.id, token?: string) => ask('/api/metabase/query', { tenant_id, sql }, token);

/** Everything that a request could have changed: the warehouse, what this service keeps, and Metabase. */
async function world(): Promise<unknown> {
  const { rows } = await rig.seeder.client.query(
    `select (select md5(string_agg(t::text, '' order by t::text)) from public.tenants t) as tenants,
      (select md5(string_agg(o::text, '' order by o::text)) from public.source_orders o) as orders,
      (select md5(string_agg(m::text, '' order by m::text)) from ops.metabase_objects m) as objects,
      (select count(*)::int from ops.dashboard_jobs) as jobs, (select count(*)::int from ops.audit) as audit,
      (select count(*)::int from graphile_worker._private_jobs) as queued`,
  );
  const { dashboards, cards } = rig.metabase.state;
  const writes = rig.metabase.log.filter((line) => !line.startsWith('GET ')).length;
  return { ...(rows[0] as object), metabase: JSON.stringify([[...dashboards], [...cards]]), writes };
}
let before: unknown;
beforeEach(async () => {
  before = await world();
});

describe('a dashboard', () => {
  const idOf = async (name: string, of: string) => {
    const { rows } = await rig.seeder.client.query<{ id: number }>(
      "select metabase_id as id from ops.metabase_objects where tenant_id = $1 and kind = 'dashboard' and key = $2",
      [of, name],
    );
    return String(rows[0]!.id);
  };
  const executive = () => String([...rig.metabase.state.dashboards.values()].find(({ name }) => name === 'Ejecutiva')!.id);

  test('by name or number is given', async () => {
    const own = await idOf('ventas', rig.ana.id);
    for (const name of ['ventas', 'Ventas', ' VENTAS ', own])
      expect((await embed(name)).body).toMatchObject({ dashboard: { id: Number(own) }, guest: { component: 'metabase-dashboard' } });
  });

  test.each<[string, () => string | Promise<string>]>([
    ['that there is none of', () => 'inventario'],
    ['of another company, by its number', () => idOf('ventas', rig.beto.id)],
    ['over all companies', () => 'ejecutiva'],
    ['over all companies, by its number', executive],
    ['with a number that is none', () => '1e1'],
    ['with a negative number', () => '-1'],
    ['with a path', () => '../../api/database'],
    ['with SQL', () => "ventas' or '1'='1"],
    ['with a line end', () => 'ventas\r\nx: y'],
  ])('%s is not found, in the same words', async (_, name) => {
    const { request_id: _id, ...said } = (await embed(await name())).body;
    expect(said).toEqual({
      type: 'about:blank',
      title: 'No existe',
      status: 404,
      code: 'dashboard_not_found',
      detail: 'No hay tal tablero para esta empresa.',
    });
    expect(await world()).toEqual(before);
  });

  test('with a name of any length is refused before anybody is asked', async () => {
    const asked = rig.metabase.log.length;
    for (const [path, status] of [
      [`/api/metabase/embed/${'x'.repeat(101)}`, 414],
      ['/api/metabase/embed/%zz', 400],
      ['/api/metabase/embed/', 400],
    ] as const) {
      const answer = await ask(path);
      expect([answer.status, answer.text.includes('xxx') || answer.text.includes('%zz')]).toEqual([status, false]);
    }
    expect(await embed('ventas', '?tenant=other')).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await embed('ventas', `?tenant_id=${rig.ana.id}&params=%7B%7D`)).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(rig.metabase.log.length).toBe(asked);
  });

  test('that a person has changed is not shown until it is put right', async () => {
    const dashboard = rig.metabase.state.dashboards.get(Number(await idOf('soporte', rig.ana.id)))!;
    const kept = dashboard.dashcards[0]!.parameter_mappings;
    dashboard.dashcards[0]!.parameter_mappings = [];
    expect(await embed('soporte')).toMatchObject({ status: 409, code: 'dashboard_changed' });
    dashboard.dashcards[0]!.parameter_mappings = kept;
    expect((await embed('soporte')).status).toBe(200);
  });

  test('while Metabase is away is not signed unless it was looked at lately, and the answer says when to come again', async () => {
    away = true;
    try {
      const { request_id: _, ...said } = (await embed('ventas')).body;
      expect(said).toMatchObject({ status: 503, code: 'metabase_unavailable', detail: 'Metabase no responde por ahora.' });
    } finally {
      away = false;
    }
    expect((await embed('ventas')).status).toBe(200);
  });
});

describe('a company', () => {
  test('named by its RUT in any spelling is the same', async () => {
    const { rut } = rig.ana;
    const [digits = '', check = ''] = rut.split('-');
    const dotted = digits.replaceAll(/\B(?=(\d{3})+$)/g, '.');
    for (const spelled of [rut, `${digits}${check}`, `${dotted}-${check}`, ` ${dotted}–${check} `, `CL${digits}-${check}`, `0${rut}`]) {
      expect([spelled, (await embed('ventas', `?tenant_id=${encodeURIComponent(spelled)}`)).status]).toEqual([spelled, 200]);
      expect([spelled, (await query('select 1', spelled)).status]).toEqual([spelled, 200]);
    }
  });

  test.each(['76.042.235-K', '1', 'nadie', '*', '%', "' or true --", '00000000-0000-0000-0000-000000000000', '＊'])(
    '%s is none, and another one is as absent',
    async (spelled) => {
      for (const name of [spelled, rig.beto.id, rig.beto.rut]) {
        expect(await embed('ventas', `?tenant_id=${encodeURIComponent(name)}`)).toMatchObject({ status: 404, code: 'tenant_not_found' });
        expect(await query('select 1', name)).toMatchObject({ status: 404, code: 'tenant_not_found' });
      }
      expect(await world()).toEqual(before);
    },
  );
});

describe('a session', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, () => Promise<string>]>([
    ['that has expired', () => keys.session('user_ana', { exp: now() - 60 })],
    ['of another instance', () => keys.session('user_ana', { iss: 'https://clerk.otro.cl' })],
    ['signed by another key', async () => keys.session('user_ana', {}, {}, (await generateKeyPair('RS256')).privateKey)],
    ['of another site', () => keys.session('user_ana', { azp: 'https://otro.cl' })],
  ])('%s opens nothing, and nobody is asked', async (_, make) => {
    const token = await make();
    const asked = rig.metabase.log.length;
    expect(await embed('ventas', '', token)).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await query('select 1', rig.ana.id, token)).toMatchObject({ status: 401, code: 'unauthorized' });
    expect([rig.metabase.log.length, readers.counts.active]).toEqual([asked, 0]);
    expect(await world()).toEqual(before);
  });
});

// More of them, with their SQLSTATEs: test/isolation/attack-list.ts.
describe('a statement', () => {
  test.each<[string, string, string]>([
    ['that writes', "update orders set status = 'cancelled'", 'sql_syntax'],
    ['that writes within another', 'with w as (delete from tenants returning 1) select * from w', 'sql_error'],
    ['that sleeps', 'select pg_sleep(60)', 'query_timeout'],
    ['that sets a role', 'set role kpi_owner', 'sql_syntax'],
    ['that sets a role within', "select set_config('role', 'kpi_owner', false)", 'sql_not_allowed'],
    ['that sets a setting', 'set statement_timeout = 0', 'sql_syntax'],
    ['of two', 'select 1; select 2', 'sql_syntax'],
    ['in Spanish', '¿Cuánto vendimos ayer por WhatsApp?', 'sql_syntax'],
    ['of a table of the service', 'select * from ops.connections', 'sql_not_allowed'],
    ['of a table that there is none of', 'select * from ventas', 'sql_error'],
    ['that stops itself', 'select pg_cancel_backend(pg_backend_pid()), pg_sleep(1)', 'query_cancelled'],
    ['that ends its own connection', 'select pg_terminate_backend(pg_backend_pid()), pg_sleep(1)', 'query_cancelled'],
  ])('%s is refused', async (_, sql, code) => {
    expect(await query(sql)).toMatchObject({ status: 422, code });
    expect(await query('select count(*) from orders')).toMatchObject({ status: 200, body: { rows: [['2']] } });
    expect(await world()).toEqual(before);
  });

  test('with a million rows is cut, and says so', async () => {
    expect((await query('select i from generate_series(1, 1000000) i')).body).toMatchObject({ row_count: 2000, truncated: 'rows' });
  });

  test('that ends the other connections of its company harms no other request', async () => {
    const sleeping = [query('select pg_sleep(0.8)'), query('select 1', rig.beto.id, await keys.session('user_beto'))];
    const ending = await query(
      'select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()',
    );
    expect(ending.status).toBe(200);
    const [own, theirs] = await Promise.all(sleeping);
    expect([200, 422]).toContain(own!.status);
    expect(theirs!.status).toBe(200);
    expect((await query('select 1')).status).toBe(200);
  });
});
