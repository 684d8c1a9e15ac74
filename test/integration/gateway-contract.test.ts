import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PORTAL } from '../support/clerk-keys.ts';
import { CALLS, NAMED } from '../support/gateway-calls.ts';
import { expectDescribed as expectDescribedBy, type Description } from '../support/gateway-description.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let operator: string;
let description: Description;

beforeAll(async () => {
  rig = await GatewayRig.open();
  await rig.two.seeder.insert('ops.connections', { tenant_id: rig.two.a.tenantId, source: 'odoo', name: 'Odoo', account_key: 'erp' });
  await rig.two.seeder.insert('ops.finding_states', { tenant_id: rig.two.a.tenantId, key: 'amount:x:y', is_there: true, amount: -1000 });
  const { rows } = await rig.two.seeder.client.query<{ number: string }>(
    `select number::text from ops.finding_states where tenant_id = $1 and key = 'amount:x:y'`,
    [rig.two.a.tenantId],
  );
  NAMED.finding = rows[0]!.number;
  operator = await rig.token(['embed', 'query', 'read', 'operate', 'provision']);
  description = (await rig.ask(null, '/openapi.json')).body as unknown as Description;
});
afterAll(async () => rig.close());

/** What the description says of an operation's answer holds. */
const expectDescribed = (id: string, answer: Answer) => expectDescribedBy(description, id, answer);

/** Those that name something else than a company; their tests are with what they name. */
const OTHERS = [
  'showDashboardJob',
  'eraseTenant',
  'showTenantJob',
  'fetchExport',
  'showQuarantine',
  'replayQuarantine',
  'dropQuarantine',
  'showBackfill',
  'pauseBackfill',
  'resumeBackfill',
  'cancelBackfill',
  'health',
  'ready',
];

describe('/openapi.json', () => {
  test('is open to all and describes every operation', () => {
    expect(description.openapi).toBe('3.1.0');
    const ids = Object.values(description.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect(ids.toSorted()).toEqual([...Object.keys(CALLS), ...OTHERS].toSorted());
  });

  test('is told in the README, resource by resource', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    // To its end: a resource below it does not name it.
    const named = (path: string) => ['`', ' '].some((end) => readme.includes(path.split('/').slice(-2).join('/') + end));
    expect(Object.keys(description.paths).filter((path) => path.startsWith('/api/') && !named(path))).toEqual([]);
  });

  test.each(Object.keys(CALLS))('%s answers what it says, and refuses as it says', async (id) => {
    const { tenantId } = rig.two.a;
    const [path, body] = CALLS[id]!(tenantId);
    const good = await rig.ask(operator, path, body);
    expect([200, 202]).toContain(good.status);
    expectDescribed(id, good);
    const refused = await rig.ask(null, path, body);
    expect(refused.status).toBe(401);
    expectDescribed(id, refused);
    const [elsewhere, otherBody] = CALLS[id]!('99999999-9999-4999-8999-999999999999');
    const missing = await rig.ask(operator, elsewhere, otherBody);
    expect(missing.status).toBe(404);
    expectDescribed(id, missing);
  });

  test('the description of the checks holds for unfitting requests', async () => {
    const odd = await rig.ask(operator, '/api/metabase/query', { tenant_id: rig.two.a.tenantId, sql: 7, other: true });
    expect([odd.status, odd.body['code']]).toEqual([400, 'invalid_request']);
    expectDescribed('queryTenant', odd);
    expect(odd.body['errors']).toEqual(
      expect.arrayContaining([expect.objectContaining({ where: 'body.sql', message: expect.stringContaining('se esperaba') })]),
    );
    expectDescribed('queryTenant', await rig.ask(operator, '/api/metabase/query', { tenant_id: rig.two.a.tenantId, sql: 'selec 1' }));
    expectDescribed('queryTenant', await rig.ask(operator, '/api/metabase/query', '{"tenant_id": '));
    expectDescribed('readKpi', await rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/kpis/sales_by_day?first_day=2025-02-30`));
    expectDescribed('embedDashboard', await rig.ask(operator, `/api/metabase/embed/soporte?tenant_id=${rig.two.a.tenantId}`));
  });
});

test('a bridge without books is refused, and days in the wrong order', async () => {
  const { a, b } = rig.two;
  const bare = await rig.ask(operator, ...CALLS['showDocumentsBridge']!(b.tenantId));
  expect([bare.status, bare.body['code']]).toEqual([422, 'nothing_to_compare']);
  expectDescribed('showDocumentsBridge', bare);
  const odd = await rig.ask(operator, `/api/tenants/${a.tenantId}/reconciliation/clearing?first_day=2025-11-02&last_day=2025-11-01`);
  expect([odd.status, odd.body['code']]).toEqual([400, 'empty_range']);
  expectDescribed('showClearing', odd);
});

test.each(Object.keys(CALLS))('%s: another company is as absent as one that is not there', async (id) => {
  const own = {
    ANA: await rig.session('ANA'),
    scoped: await rig.token(['embed', 'query', 'read', 'operate', 'provision'], rig.two.a.tenantId),
  };
  for (const token of Object.values(own)) {
    const [foreign, absent] = await Promise.all(
      [rig.two.b.tenantId, '99999999-9999-4999-8999-999999999999'].map(async (tenant) => rig.ask(token, ...CALLS[id]!(tenant))),
    );
    const words = ({ body: { request_id: _, ...rest } }: Answer) => rest;
    expect([403, 404]).toContain(foreign!.status);
    expect(words(foreign!)).toEqual(words(absent!));
    expect(foreign!.text).not.toContain(rig.two.b.mark);
  }
});

describe('dashboards', () => {
  beforeEach(async () => {
    await rig.two.seeder.client.query('delete from ops.dashboard_jobs');
  });

  test('are a job: asked for twice it is one, and only its company sees it', async () => {
    const { a } = rig.two;
    const ask = () => rig.ask(operator, '/api/metabase/dashboards', { tenant_id: a.tenantId, template: 'services' });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, first.body['state'], first.body['template']]).toEqual([202, 'queued', 'services']);
    expect(second.body['id']).toBe(first.body['id']);
    const address = String(first.body['status_url']);
    expect(first.headers.get('location')).toBe(address);
    const shown = await rig.ask(operator, address);
    expect(shown.body).toEqual(first.body);
    expectDescribed('showDashboardJob', shown);
    expect((await rig.ask(await rig.token(['provision'], rig.two.b.tenantId), address)).status).toBe(404);
    const { rows } = await rig.two.seeder.client.query('select payload from graphile_worker._private_jobs where key = $1', [
      `dashboards:${a.tenantId}`,
    ]);
    expect(rows).toEqual([{ payload: { tenant_id: a.tenantId, job_id: first.body['id'] } }]);
  });

  test('of a template that there is none of are refused', async () => {
    const odd = await rig.ask(operator, '/api/metabase/dashboards', { tenant_id: rig.two.a.tenantId, template: 'mineria' });
    expect([odd.status, (odd.body['errors'] as { where: string }[])[0]!.where]).toEqual([400, 'body.template']);
  });
});

describe('KPIs', () => {
  const kpi = (name: string, query = '') => rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/kpis/${name}${query}`);

  test('are listed with their meaning', async () => {
    const { kpis } = (await rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/kpis`)).body as { kpis: Record<string, unknown>[] };
    expect(kpis.find(({ name }) => name === 'sales_by_day')).toMatchObject({
      kind: 'view',
      comment: expect.stringMatching(/\S/),
      unit: expect.stringMatching(/\S/),
    });
  });

  test('every one of them can be read as the company, with its own rows only', async () => {
    const { kpis } = (await rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/kpis`)).body as {
      kpis: { name: string; kind: string }[];
    };
    for (const { name, kind } of kpis) {
      const answer = await kpi(name, kind === 'function' ? '?first_day=2025-01-01&last_day=2026-12-31' : '');
      // Some are of all companies together, and for the analyst alone.
      expect([200, 422], `${name}: ${answer.text.slice(0, 300)}`).toContain(answer.status);
      expect(answer.text).not.toContain(rig.two.b.tenantId);
      expect(answer.text).not.toContain(rig.two.b.mark);
    }
  });

  test('are filtered by local day, both days included', async () => {
    const days = async (query: string) => {
      const { columns, rows } = (await kpi('sales_by_day', query)).body as { columns: { name: string }[]; rows: unknown[][] };
      return rows.map((row) => row[columns.findIndex(({ name }) => name === 'day')]);
    };
    const [known] = await days('');
    expect(await days(`?first_day=${String(known)}&last_day=${String(known)}`)).toEqual([known]);
    expect(await days('?last_day=2001-01-01')).toEqual([]);
  });

  test('with unfitting days are refused', async () => {
    expect((await kpi('sales_by_day', '?first_day=2025-02-02&last_day=2025-02-01')).body['code']).toBe('empty_range');
    expect((await kpi('sales_by_day', '?first_day=ayer')).body['code']).toBe('invalid_request');
    expect((await kpi('sales_by_day', '?from=2025-01-01')).body['code']).toBe('invalid_request');
    expect((await kpi('no_such_kpi')).body['code']).toBe('kpi_not_found');
    expect((await kpi('..%2f..%2ftenants')).status).toBe(400);
  });
});

describe('operations', () => {
  test('a sync wakes what is connected, and says when nothing is', async () => {
    const sync = (body: Record<string, unknown>) => rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/sync`, body);
    const { rows } = await rig.two.seeder.client.query<{ connection_id: string }>(
      "select connection_id from ops.streams where tenant_id = $1 and lane = 'live'",
      [rig.two.a.tenantId],
    );
    expect((await sync({})).body).toEqual({ connections: rows.map(({ connection_id }) => connection_id) });
    expect((await sync({ stream: 'no_such' })).body['code']).toBe('nothing_connected');
  });

  test('a sweep is queued, and refused where absence says nothing or no word is waited for', async () => {
    const ask = (changes: Record<string, unknown>) =>
      rig.ask(operator, '/api/operations/sweeps', { tenant_id: rig.two.a.tenantId, source: 'shopify', stream: 'orders', ...changes });
    const good = await ask({ dry_run: true });
    expect(good.status).toBe(202);
    const { rows } = await rig.two.seeder.client.query<{ payload: Record<string, unknown> }>(
      `select payload from graphile_worker._private_jobs where key = 'sweep:' || $1 || ':orders'`,
      [(good.body['connections'] as string[])[0]],
    );
    expect(rows[0]?.payload).toMatchObject({ stream: 'orders', dry_run: true, confirm: false });
    const codes = await Promise.all(
      [
        { stream: 'no_such' },
        { stream: 'abandoned_checkouts' },
        { dry_run: true, confirm: true },
        { confirm: true },
        { source: 'odoo', stream: 'nothing' },
      ].map(async (changes) => {
        const refused = await ask(changes);
        expectDescribed('startSweep', refused);
        return refused.body['code'];
      }),
    );
    expect(codes).toEqual(['unknown_stream', 'never_swept', 'dry_run_or_confirm', 'nothing_held', 'unknown_stream']);
  });

  test("are not for a company's own users", async () => {
    expect((await rig.ask(await rig.session('ANA'), `/api/tenants/${rig.two.a.tenantId}/status`)).status).toBe(403);
    expect(
      (await rig.ask(await rig.session('ANA'), '/api/metabase/dashboards', { tenant_id: rig.two.a.tenantId, template: 'retail' })).status,
    ).toBe(403);
  });
});

test('browsers of the portal may ask, of others not, and no answer may become a page', async () => {
  const preflight = (origin: string) =>
    fetch(`${rig.url}/api/metabase/query`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
    });
  expect((await preflight(PORTAL)).headers.get('access-control-allow-origin')).toBe(PORTAL);
  expect((await preflight('https://otro.cl')).headers.get('access-control-allow-origin')).toBeNull();
  const { headers, body } = await rig.ask(operator, `/api/tenants/${rig.two.a.tenantId}/kpis`, undefined, { origin: PORTAL });
  expect(headers.get('access-control-allow-origin')).toBe(PORTAL);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store']);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(body).toHaveProperty('kpis');
});

test('a request has one number in its answer and in the log, not the one it came with', async () => {
  const answer = await rig.ask(null, `/api/tenants/${rig.two.a.tenantId}/kpis`, undefined, { 'x-request-id': 'injected' });
  const id = answer.headers.get('x-request-id');
  expect(answer.body['request_id']).toBe(id);
  expect(rig.lines).toContainEqual(expect.objectContaining({ request_id: id, status: 401, route: '/api/tenants/:tenant_id/kpis' }));
  expect(JSON.stringify(rig.lines)).not.toContain('injected');
});

test('a body that is too large, no JSON, or of another type is refused', async () => {
  const ask = (body: string, headers = {}) => rig.ask(operator, '/api/metabase/query', body, headers);
  expect((await ask(JSON.stringify({ sql: 'x'.repeat(300_000) }))).status).toBe(413);
  expect((await ask('{')).status).toBe(400);
  expect((await ask('sql=1', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
});
