import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectDescribed as expectDescribedBy, type Description } from '../support/gateway-description.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let operator: string;
let description: Description;
beforeAll(async () => {
  rig = await GatewayRig.open();
  operator = await rig.token(['operate']);
  description = (await rig.ask(null, '/openapi.json')).body as unknown as Description;
});
afterAll(async () => rig.close());
const expectDescribed = (id: string, answer: Answer) => expectDescribedBy(description, id, answer);

test('a backfill is queued in slices, shown, and refused where it cannot be', async () => {
  const path = `/api/tenants/${rig.two.a.tenantId}/backfills`;
  const start = (changes: Record<string, unknown>) =>
    rig.ask(operator, path, { source: 'shopify', stream: 'orders', from: '2024-01-01', until: '2024-03-01', ...changes });
  const good = await start({});
  expect([good.status, good.body['slices']]).toEqual([202, 2]);
  const [id] = good.body['backfills'] as string[];
  const shown = (await rig.ask(operator, path)).body['backfills'] as Record<string, unknown>[];
  // Santiago is three hours behind in January and in March.
  expect(shown.find((one) => one['id'] === id)).toMatchObject({
    state: 'running',
    slices: 2,
    from: '2024-01-01T03:00:00.000Z',
    until: '2024-03-01T03:00:00.000Z',
  });
  const overlapping = await start({});
  expect([overlapping.status, overlapping.body['backfill_id']]).toEqual([409, id]);
  expectDescribed('startBackfill', overlapping);
  const codes = await Promise.all(
    [
      { source: 'sap' },
      { stream: 'no_such' },
      { source: 'odoo', stream: 'orders' },
      { from: '2024-03-01' },
      { from: '2099-01-01', until: '2099-02-01' },
      { from: '2024-02-30' },
      { slice_days: 0 },
    ].map(async (changes) => (await start(changes)).body['code']),
  );
  expect(codes).toEqual([
    'unknown_source',
    'unknown_stream',
    'not_connected',
    'empty_range',
    'future_range',
    'invalid_instant',
    'invalid_request',
  ]);
});

test('backfills are paused, resumed and cancelled by id, and only by whoever may operate their company', async () => {
  const { a, b } = rig.two;
  const wish = { source: 'shopify', stream: 'orders', from: '2021-01-01', until: '2021-03-01' };
  const made = await rig.ask(operator, '/api/operations/backfills', { tenants: [a.tenantId], ...wish, reason: 'cierre' });
  const [{ id }] = made.body['started'] as [{ id: string }];
  const path = `/api/operations/backfills/${id}`;
  const shown = await rig.ask(operator, path);
  expect(shown.body).toMatchObject({ id, state: 'running', reason: 'cierre', share: 0, slices: 2, outcome: null });
  expect(shown.body['slice_list']).toHaveLength(2);
  expectDescribed('showBackfill', shown);
  for (const [action, state] of [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
  ] as const) {
    const done = await rig.ask(operator, `${path}/${action}`, { reason: 'probar' });
    expect([done.status, done.body['state']]).toEqual([200, state]);
    expectDescribed(`${action}Backfill`, done);
  }
  const late = await rig.ask(operator, `${path}/resume`, { accept: true });
  expect([late.status, late.body['code'], late.body['state']]).toEqual([409, 'wrong_state', 'cancelled']);
  expectDescribed('resumeBackfill', late);
  const foreign = await rig.token(['operate'], b.tenantId);
  const words = ({ status, body: { request_id: _, ...rest } }: Answer) => ({ status, ...rest });
  const [hidden, absent] = await Promise.all(
    [path, '/api/operations/backfills/99999999-9999-4999-8999-999999999999'].map((one) => rig.ask(foreign, one)),
  );
  expect(words(hidden!)).toEqual(words(absent!));
  expect(hidden!.status).toBe(404);
  for (const action of ['pause', 'resume', 'cancel']) expect((await rig.ask(foreign, `${path}/${action}`, {})).status).toBe(404);
  // Nobody named: those of the credential.
  const theirs = await rig.ask(foreign, '/api/operations/backfills');
  expect((theirs.body['backfills'] as { tenant_id: string }[]).filter(({ tenant_id }) => tenant_id !== b.tenantId)).toEqual([]);
  const planned = await rig.ask(foreign, '/api/operations/backfills/plan', { from: '2021-01-01', until: '2021-02-01' });
  expect((planned.body['backfills'] as { rut: string; problem: string | null }[]).every(({ problem }) => problem !== null)).toBe(true);
  expect(new Set((planned.body['backfills'] as { tenant_id: string }[]).map(({ tenant_id }) => tenant_id))).toEqual(new Set([b.tenantId]));
  expect((await rig.ask(await rig.session('ANA'), path)).status).toBe(403);
});
