import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectDescribed as expectDescribedBy, type Description } from '../support/gateway-description.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let operator: string;
let place: string;
let number: string;
let expectDescribed: (id: string, answer: Answer) => void;

beforeAll(async () => {
  rig = await GatewayRig.open();
  const { tenantId } = rig.two.a;
  operator = await rig.token(['read', 'operate'], tenantId);
  place = `/api/tenants/${tenantId}/reconciliation`;
  await rig.two.seeder.insert('ops.finding_states', { tenant_id: tenantId, key: 'amount:x:y', is_there: true, amount: -1000 });
  const { rows } = await rig.two.seeder.client.query<{ number: string }>(
    `select number::text from ops.finding_states where tenant_id = $1 and key = 'amount:x:y'`,
    [tenantId],
  );
  number = rows[0]!.number;
  const description = (await rig.ask(null, '/openapi.json')).body as unknown as Description;
  expectDescribed = (id, answer) => expectDescribedBy(description, id, answer);
});
afterAll(async () => rig.close());

test('who explains a finding is whoever asks, and it is no more to be done', async () => {
  const explained = await rig.ask(operator, `${place}/findings/${number}/explain`, { note: 'freight by phone' });
  expect(explained.body).toMatchObject({
    number,
    state: 'explained',
    note: 'freight by phone',
    state_by: expect.stringMatching(/^token:/) as unknown,
  });
  const numbers = async (query: string) => {
    const { body } = await rig.ask(operator, `${place}/findings${query}`);
    return (body['findings'] as { number: string }[]).map((one) => one.number);
  };
  expect(await numbers('')).not.toContain(number);
  expect(await numbers('?state=explained')).toEqual([number]);
});

test('what only reads cannot decide, run or close', async () => {
  const reader = await rig.token(['read'], rig.two.a.tenantId);
  for (const [path, body] of [
    [`/findings/${number}/explain`, { note: 'x' }],
    [`/findings/${number}/resolve`, { reason: 'x' }],
    ['/runs', {}],
    ['/closings/2025-10/close', { reason: 'x' }],
    ['/closings/2025-10/reopen', { reason: 'x' }],
  ] as const)
    expect((await rig.ask(reader, place + path, body)).status).toBe(403);
});

test('one system alone cannot be compared', async () => {
  const alone = await rig.ask(operator, `${place}/runs`, {});
  expect([alone.status, alone.body['code']]).toEqual([422, 'nothing_to_compare']);
  expectDescribed('runReconciliation', alone);
});

test('what the sources no longer say is not decided, and what is not there is absent', async () => {
  await rig.two.seeder.client.query('update ops.finding_states set is_there = false where number = $1', [number]);
  const gone = await rig.ask(operator, `${place}/findings/${number}/resolve`, { reason: 'corrected' });
  expect([gone.status, gone.body['code']]).toEqual([409, 'finding_gone']);
  expectDescribed('resolveFinding', gone);
  const none = await rig.ask(operator, `${place}/findings/999999999`);
  expect([none.status, none.body['code']]).toEqual([404, 'finding_not_found']);
  expectDescribed('showFinding', none);
  const run = await rig.ask(operator, `${place}/runs/99999999-9999-4999-8999-999999999999`);
  expect([run.status, run.body['code']]).toEqual([404, 'run_not_found']);
  expectDescribed('showReconciliation', run);
  const open = await rig.ask(operator, `${place}/closings/2025-10/reopen`, { reason: 'x' });
  expect([open.status, open.body['code']]).toEqual([409, 'closing_refused']);
  expectDescribed('reopenMonth', open);
});
