import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayRig } from '../support/gateway-rig.ts';

let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.open({ requestsPerMinute: 6, queriesPerMinute: 3, metabase: null });
});
afterAll(async () => rig.close());

const freshness = (token: string, tenant: string) => rig.ask(token, `/api/tenants/${tenant}/freshness`);
const query = (token: string, tenant: string) => rig.ask(token, '/api/metabase/query', { tenant_id: tenant, sql: 'select 1' });

test('each caller has its own limit, statements a stricter one, and the tenant one over all callers', async () => {
  const { a, b } = rig.two;
  const first = await rig.token(['read', 'query'], a.tenantId);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await query(first, a.tenantId)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  // Other requests still have room, the refused one counted.
  expect((await freshness(first, a.tenantId)).status).toBe(200);
  expect((await freshness(first, a.tenantId)).status).toBe(200);
  const refused = await freshness(first, a.tenantId);
  expect([refused.status, refused.body['code']]).toEqual([429, 'too_many_requests']);
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  // Another caller of the same company has its own, until the company's is used up: 6 statements.
  const more: number[] = [];
  for (const token of [await rig.token(['query'], a.tenantId), await rig.token(['query'], a.tenantId)])
    for (let i = 0; i < 3; i += 1) more.push((await query(token, a.tenantId)).status);
  expect(more).toEqual([200, 200, 200, 429, 429, 429]);
  // Another company does not notice.
  expect((await query(await rig.token(['query'], b.tenantId), b.tenantId)).status).toBe(200);
});

test('a user is limited whatever session it comes with', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 7; i += 1)
    statuses.push((await freshness(await rig.session('BETO', { sid: `sess_${i}` }), rig.two.b.tenantId)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
});

test('without a Metabase the gateway says so', async () => {
  const { b } = rig.two;
  const token = await rig.token(['embed', 'provision']);
  expect((await rig.ask(token, `/api/metabase/embed/ventas?tenant_id=${b.tenantId}`)).body['code']).toBe('metabase_not_configured');
  expect((await rig.ask(token, '/api/metabase/dashboards', { tenant_id: b.tenantId, template: 'retail' })).body['code']).toBe(
    'metabase_not_configured',
  );
  const { rows } = await rig.two.seeder.client.query('select from ops.dashboard_jobs where state = $1 and requested_by like $2', [
    'queued',
    'token:%',
  ]);
  expect(rows).toEqual([]);
});
