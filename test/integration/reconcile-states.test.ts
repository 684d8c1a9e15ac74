import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { decideFinding, FindingGone } from '../../src/reconcile/decide-finding.ts';
import { listFindings, NoSuchFinding, showFinding } from '../../src/reconcile/tracked-findings.ts';
import { AS_OF, ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.newTenant());

const MARTA = { who: 'marta', reason: 'asked the shop' };
/** Later than anything a person says in these tests. */
const LATER = '2027-12-05T12:00:00Z';

const all = () => listFindings(rig.db, { tenantId: rig.tenantId });
const states = async () => (await all()).map((f) => `${f.class} ${f.amount} ${f.state}${f.isThere ? '' : ' gone'}`).sort();
const history = async (number: string) =>
  (await showFinding(rig.db, rig.tenantId, number)).history.map((e) => [e.state, e.amount, e.actor ?? 'kpi', e.note ?? ''].join(' '));
const say = (number: string, state: 'explained' | 'resolved', note: string | null = null) =>
  decideFinding(rig.db, { tenantId: rig.tenantId, number, state, note }, MARTA);
const read = (until: string) => rig.sql('update ops.streams set covered_until = $2 where tenant_id = $1', [rig.tenantId, until]);
const change = (order: string, total: number) =>
  rig.sql('update public.source_orders set amount_total_source = $2, amount_total = $2, amount_products_source = $2 where id = $1', [
    order,
    total,
  ]);

async function difference(): Promise<{ sale: string; mirror: string; number: string }> {
  const { sale, mirror } = await rig.pair(10_000);
  await change(mirror, 9_000);
  await rig.keep();
  const found = (await all()).find((f) => f.amount === '-1000');
  return { sale, mirror, number: found!.number };
}

test('a finding has first and last seen; comparing again changes only when it was last seen', async () => {
  const { number } = await difference();
  await rig.keep(undefined, '2025-12-05T12:30:00Z');
  const [first] = await all();
  expect(first).toMatchObject({
    state: 'open',
    isThere: true,
    firstSeenAt: '2025-12-05T12:00:00.000Z',
    lastSeenAt: '2025-12-05T12:30:00.000Z',
  });
  expect(await history(number)).toEqual(['open -1000 kpi ']);
});

test('what the sources no longer say is resolved by itself, and reappears with its history', async () => {
  const { mirror, number } = await difference();
  await change(mirror, 10_000);
  await rig.keep({ orderIds: [mirror] });
  expect(await states()).toContain('amount -1000 resolved gone');
  await expect(say(number, 'explained')).rejects.toThrow(FindingGone);
  await change(mirror, 9_000);
  await rig.keep({ orderIds: [mirror] });
  expect(await states()).toContain('amount -1000 reappeared');
  expect((await all()).filter((f) => f.class === 'amount').map((f) => f.number)).toEqual([number]);
  expect(await history(number)).toEqual(['open -1000 kpi ', 'resolved -1000 kpi ', 'reappeared -1000 kpi ']);
});

test.each([
  ['of everything', {}],
  ['of a period without any of it', { from: '2025-01-01T00:00:00Z', until: '2025-02-01T00:00:00Z' }],
  ['by another grace', { graceMinutes: 10_000 }],
])('a comparison %s keeps what is open, all of it', async (_, request) => {
  const { mirror } = await rig.pair(10_000);
  await change(mirror, 9_000);
  await rig.sale(5_000);
  await rig.run({ ...request, keepOpen: true });
  expect((await states()).filter((state) => !state.startsWith('edited'))).toEqual(['amount -1000 open', 'missing_in_odoo -5000 open']);
  const kept = await rig.open();
  expect(await rig.keep()).toMatchObject({ found: 0, changed: 0, gone: 0 });
  expect(await rig.open()).toEqual(kept);
});

test('an explanation holds as long as the amount stays', async () => {
  const { mirror, number } = await difference();
  expect(await say(number, 'explained', 'discount by phone')).toMatchObject({
    state: 'explained',
    stateBy: 'marta',
    note: 'discount by phone',
  });
  await read(LATER);
  await rig.keep(undefined, LATER);
  expect(await states()).toContain('amount -1000 explained');
  await change(mirror, 8_000);
  await rig.keep({ orderIds: [mirror] }, LATER);
  expect(await states()).toContain('amount -2000 open');
  expect((await showFinding(rig.db, rig.tenantId, number)).finding).toMatchObject({ stateBy: null, note: 'discount by phone' });
  expect(await history(number)).toEqual(['open -1000 kpi ', 'explained -1000 marta discount by phone', 'open -2000 kpi ']);
});

test('what a person calls resolved reappears only when both sources were read afterwards and it is there all the same', async () => {
  const { number } = await difference();
  await say(number, 'resolved');
  await rig.keep();
  expect(await states()).toContain('amount -1000 resolved');
  await read(LATER);
  await rig.keep(undefined, LATER);
  expect(await states()).toContain('amount -1000 reappeared');
});

test('what a person calls resolved and is gone from the sources stays that person’s word', async () => {
  const { mirror, number } = await difference();
  await say(number, 'resolved', 'corrected');
  await change(mirror, 10_000);
  await rig.keep();
  expect((await showFinding(rig.db, rig.tenantId, number)).finding).toMatchObject({ state: 'resolved', stateBy: 'marta', isThere: false });
});

test('nothing is settled by a side that cannot be judged', async () => {
  await rig.sale(5_000);
  await rig.keep();
  expect(await states()).toEqual(['missing_in_odoo -5000 open']);
  await read('2025-12-01T00:00:00Z');
  await rig.keep();
  expect(await states()).toEqual(['missing_in_odoo -5000 open']);
  await read(AS_OF);
  await rig.keep();
  expect(await states()).toEqual(['missing_in_odoo -5000 open']);
  const [one] = await all();
  expect(await history(one!.number)).toEqual(['open -5000 kpi ']);
});

test('everything behind a finding is listed, and every word of a person is in the audit', async () => {
  const { number } = await difference();
  await say(number, 'explained', 'discount by phone');
  const { documents } = await showFinding(rig.db, rig.tenantId, number);
  expect(documents.map((d) => [d.source, d.entity, d.amount])).toEqual([
    ['shopify', 'order', '10000'],
    ['odoo', 'order', '9000'],
    ['odoo', 'invoice', '10000'],
  ]);
  const { rows } = await rig.db.query('select actor, action, details from ops.audit where tenant_id = $1', [rig.tenantId]);
  expect(rows).toEqual([
    {
      actor: 'marta',
      action: 'reconcile.finding.explained',
      details: expect.objectContaining({ finding: number, was: 'open', note: 'discount by phone', reason: 'asked the shop' }) as unknown,
    },
  ]);
  await expect(say('999999999', 'resolved')).rejects.toThrow(NoSuchFinding);
});

test('findings are listed by state, class and age, and no other tenant sees them', async () => {
  const { number } = await difference();
  const mine = rig.tenantId;
  const list = (more: object) => listFindings(rig.db, { tenantId: mine, ...more });
  expect(await list({ class: 'amount', states: ['open'] })).toHaveLength(1);
  expect(await list({ class: 'tax', states: ['open'] })).toHaveLength(0);
  expect(await list({ class: 'amount', minAgeDays: 3 })).toHaveLength(1);
  await rig.sql('update ops.finding_states set first_seen_at = now() where tenant_id = $1', [mine]);
  expect(await list({ class: 'amount', minAgeDays: 3 })).toHaveLength(0);
  await say(number, 'explained', 'so it is');
  expect(await list({ class: 'amount', states: ['open', 'reappeared'] })).toHaveLength(0);
  await rig.newTenant();
  expect(await all()).toEqual([]);
  await expect(showFinding(rig.db, rig.tenantId, number)).rejects.toThrow(NoSuchFinding);
});

test('by day and class it says what is open and what is explained', async () => {
  const { number } = await difference();
  const daily = async () =>
    (
      await rig.db.transaction(rig.tenantId, ({ query }) =>
        query<{ row: string }>(
          `select class || ' ' || findings || ' ' || amount || ' ' || open || ' ' || explained as row from kpi.reconciliation_daily where tenant_id = $1 and class = 'amount'`,
          [rig.tenantId],
        ),
      )
    ).rows.map(({ row }) => row);
  expect(await daily()).toEqual(['amount 1 -1000 1 0']);
  await say(number, 'explained', 'so it is');
  expect(await daily()).toEqual(['amount 1 -1000 0 1']);
});
