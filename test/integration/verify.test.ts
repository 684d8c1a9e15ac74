import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import { n8n } from '../../connectors/n8n/index.ts';
import { odoo } from '../../connectors/odoo/index.ts';
import { shopify } from '../../connectors/shopify/index.ts';
import { growChatwoot } from '../../src/sandbox/chatwoot/grow.ts';
import { startChatwoot } from '../../src/sandbox/chatwoot/server.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import { pruneExecutions } from '../../src/sandbox/n8n/changes.ts';
import { growN8n } from '../../src/sandbox/n8n/grow.ts';
import { startN8n } from '../../src/sandbox/n8n/server.ts';
import { startOdoo } from '../../src/sandbox/odoo/server.ts';
import { startShopify } from '../../src/sandbox/shopify/server.ts';
import { deleteOdooOrder, silenceOf } from '../../src/sandbox/silence.ts';
import { growCommerce } from '../../src/sandbox/world/commerce.ts';
import { listVerifications } from '../../src/store/verifications.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { SourceRig } from '../support/source-rig.ts';

vi.setConfig({ testTimeout: 120_000 });

const ANCHOR = new Date('2026-11-23T12:00:00Z');
const clock = () => ANCHOR;
const SANTIAGO = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Santiago', dateStyle: 'short' });
const dayOf = (instant: string) => SANTIAGO.format(new Date(instant));
const commerce = () => growCommerce({ seed: 5, anchor: ANCHOR.toISOString(), orders: 300 });

let engine: EngineRig;
beforeAll(async () => {
  engine = await EngineRig.open();
});
const servers: SandboxServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => engine.close());

function kept(server: SandboxServer): SandboxServer {
  servers.push(server);
  return server;
}

async function shop() {
  const { shops } = commerce();
  const [first] = shops;
  const server = kept(await startShopify({ shops, clock, limits: { bucket: 1e9, restore: 1e9 } }));
  const settings = { shop_domain: first!.domain, access_token: first!.accessToken, api_base_url: server.url };
  const rig = await SourceRig.open(engine, shopify, { server, settings });
  // Long ago enough to be over, and within the days that are compared.
  const order = first!.orders.findLast(({ createdAt }) => createdAt < '2026-11-20')!;
  return { rig, world: first!, order, silence: silenceOf(first!), table: 'source_orders', stream: 'orders' };
}

async function erp() {
  const database = commerce().odoos[0]!;
  const server = kept(await startOdoo({ databases: [database], clock }));
  const { login, apiKey, companyIds } = database.users[0]!;
  const settings = { base_url: server.url, db: database.name, username: login, api_key: apiKey, company_id: companyIds.join(',') };
  const rig = await SourceRig.open(engine, odoo, { server, settings });
  const order = database.orders.findLast(
    ({ companyId, dateOrder, state }) => companyIds.includes(companyId) && dateOrder < '2026-11-20' && state !== 'cancel',
  )!;
  const day = dayOf(`${order.dateOrder.slice(0, 19).replace(' ', 'T')}Z`);
  return { rig, database, order, day, silence: silenceOf(database), stream: 'orders' };
}

async function support() {
  const installation = growChatwoot({
    seed: 5,
    anchor: ANCHOR,
    accounts: [{ accountId: 7, timeZone: 'America/Santiago', conversations: 120 }],
  });
  const account = installation.accounts[0]!;
  const server = kept(await startChatwoot({ installation, clock, limits: { requestsPerMinute: 1e9 } }));
  const settings = { base_url: server.url, account_id: 7, api_access_token: account.users[0]!.accessToken };
  const rig = await SourceRig.open(engine, chatwoot, { server, settings });
  const conversation = account.conversations.findLast(({ createdAt }) => createdAt < Date.parse('2026-11-20') / 1000)!;
  return { rig, account, conversation, silence: silenceOf(account) };
}

describe('a record that a page left out', () => {
  test('of a shop: its day is named with its id, and reading the day again brings it', async () => {
    const { rig, order, silence } = await shop();
    silence.unlisted.add(`Order/${order.id}`);
    await rig.sync('orders');
    silence.unlisted.clear();
    const found = await rig.verify('orders');
    expect(found).toMatchObject({ state: 'differs', healed: 0 });
    expect(found.differing).toEqual([
      expect.objectContaining({ day: dayOf(order.createdAt), reason: 'lost', missing: [String(order.id)], extra: [] }),
    ]);
    expect(found.differing[0]!.theirs - found.differing[0]!.ours).toBe(1);
    expect(await rig.ids('source_orders', false)).not.toContain(String(order.id));
    expect(await rig.verify('orders', { heal: true })).toMatchObject({ state: 'verified', healed: 1, differing: [] });
    expect(await rig.ids('source_orders', false)).toContain(String(order.id));
    expect(await rig.rebuild()).toEqual([]);
  });

  test('of an Odoo: count and money differ', async () => {
    const { rig, order, day, silence } = await erp();
    silence.unlisted.add(`sale.order/${order.id}`);
    await rig.sync('orders');
    silence.unlisted.clear();
    const { state, differing } = await rig.verify('orders');
    expect(state).toBe('differs');
    expect(differing).toEqual([expect.objectContaining({ day, reason: 'lost', missing: [String(order.id)] })]);
    const [one] = differing;
    const sum = (amounts: Readonly<Record<string, string>> | null) => Object.values(amounts!).reduce((a, b) => a + Number(b), 0);
    expect(sum(one!.theirs_amounts) - sum(one!.ours_amounts)).toBeCloseTo(Number(order.amountTotal));
    expect(await rig.verify('orders', { heal: true })).toMatchObject({ state: 'verified', healed: 1 });
  });

  test('of a Chatwoot, which counts UTC days', async () => {
    const { rig, conversation, silence } = await support();
    silence.unlisted.add(`conversation/${conversation.id}`);
    // Or the walk would notice by itself.
    silence.countShift = -1;
    for (const stream of ['inboxes', 'conversations']) await rig.sync(stream);
    silence.unlisted.clear();
    silence.countShift = 0;
    const day = new Date(conversation.createdAt * 1000).toISOString().slice(0, 10);
    const { timeZone, differing } = await rig.verify('conversations');
    expect(timeZone).toBe('UTC');
    expect(differing).toEqual([expect.objectContaining({ day, reason: 'lost', missing: [String(conversation.id)] })]);
    expect(await rig.verify('conversations', { heal: true })).toMatchObject({ state: 'verified', healed: 1 });
    expect(await rig.ids('conversations', false)).toContain(String(conversation.id));
  });
});

describe('why a day differs', () => {
  test('changed without a new stamp: the same records with other money; reading again corrects it', async () => {
    const { rig, order, day } = await erp();
    await rig.sync('orders');
    Object.assign(order, {
      amountTotal: String(Number(order.amountTotal) + 1000),
      amountUntaxed: String(Number(order.amountUntaxed) + 1000),
    });
    const found = await rig.verify('orders');
    expect(found.differing).toEqual([expect.objectContaining({ day, reason: 'changed', missing: [], extra: [] })]);
    expect(await rig.verify('orders', { heal: true })).toMatchObject({ state: 'verified', healed: 1 });
  });

  test('moved to another day without a new stamp: both days are named', async () => {
    const { rig, order, day } = await erp();
    await rig.sync('orders');
    Object.assign(order, { dateOrder: order.dateOrder.replace(/^\d{4}-\d\d-\d\d/, '2026-10-28') });
    const { differing } = await rig.verify('orders');
    expect(differing.map((one) => [one.day, one.reason])).toEqual([
      [dayOf(`${order.dateOrder.slice(0, 19).replace(' ', 'T')}Z`), 'moved'],
      [day, 'moved'],
    ]);
    expect(await rig.verify('orders', { heal: true })).toMatchObject({ state: 'verified', healed: 2 });
  });

  test('deleted there: reading again cannot help, a sweep does', async () => {
    const { rig, database, order, day } = await erp();
    await rig.sync('orders');
    deleteOdooOrder(database, order.id);
    const found = await rig.verify('orders', { heal: true });
    expect(found).toMatchObject({ state: 'differs', healed: 0 });
    expect(found.differing).toEqual([expect.objectContaining({ day, reason: 'deleted_there', missing: [], extra: [String(order.id)] })]);
    await rig.sweep('orders');
    expect(await rig.verify('orders')).toMatchObject({ state: 'verified' });
  });

  test('tombstoned here although it is there: reading again brings it back', async () => {
    const { rig, database, order, day } = await erp();
    await rig.sync('orders');
    const lines = database.orderLines.filter(({ orderId }) => orderId === order.id);
    deleteOdooOrder(database, order.id);
    await rig.sweep('orders');
    database.orders.push(order);
    database.orderLines.push(...lines);
    expect((await rig.verify('orders')).differing).toEqual([
      expect.objectContaining({ day, reason: 'deleted_here', missing: [String(order.id)] }),
    ]);
    expect(await rig.verify('orders', { heal: true })).toMatchObject({ state: 'verified', healed: 1 });
  });

  test('in quarantine: a person must act', async () => {
    const { rig, order, day } = await erp();
    Object.assign(order, { name: 'S\u0000' });
    await rig.sync('orders');
    const found = await rig.verify('orders', { heal: true });
    expect(found.differing).toEqual([expect.objectContaining({ day, reason: 'quarantine', missing: [String(order.id)] })]);
  });

  test('a source whose count is wrong: it cannot be told, and nothing is changed by reading again', async () => {
    const { rig, silence, order } = await shop();
    await rig.sync('orders');
    const before = await rig.ids('source_orders', false);
    silence.countShift = 1;
    const day = dayOf(order.createdAt);
    const found = await rig.verify('orders', { firstDay: day, lastDay: day, heal: true });
    expect(found.differing).toEqual([expect.objectContaining({ day, reason: 'unknown', missing: [], extra: [] })]);
    expect(await rig.ids('source_orders', false)).toEqual(before);
  });
});

describe('what is no difference', () => {
  test('a record that comes while the days are compared', async () => {
    const { rig, world, order } = await shop();
    await rig.sync('orders');
    const { counting } = rig.stream('orders');
    let asked = 0;
    Object.assign(rig.stream('orders'), {
      counting: {
        ...counting,
        count: (...args: Parameters<NonNullable<typeof counting>['count']>) => {
          // An import of an old order, after the warehouse was read and before the shop is counted.
          if (++asked === 1) world.orders.push({ ...order, id: 999_001, name: '#999001', updatedAt: ANCHOR.toISOString() });
          return counting!.count(...args);
        },
      },
    });
    try {
      expect(await rig.verify('orders')).toMatchObject({ state: 'verified', healed: 0 });
    } finally {
      Object.assign(rig.stream('orders'), { counting });
    }
    expect(asked).toBeGreaterThan(1);
  });

  test('days that n8n has pruned are not told of, and not compared', async () => {
    const instance = growN8n({
      seed: 3,
      anchor: ANCHOR.toISOString(),
      instance: 'flujos',
      tenants: [{ tag: 'tenant:uno', executions: 400 }],
    });
    const server = kept(await startN8n({ instance, clock }));
    const rig = await SourceRig.open(engine, n8n, {
      server,
      settings: { base_url: server.url, api_key: instance.apiKey, tag: 'tenant:uno' },
    });
    for (const stream of ['workflows', 'executions']) await rig.sync(stream);
    expect(await rig.verify('executions')).toMatchObject({ state: 'verified' });
    pruneExecutions(instance, 60);
    const found = await rig.verify('executions');
    expect(found).toMatchObject({ state: 'verified', differing: [] });
    expect(found.untold).toBeGreaterThan(0);
    expect(found.days.length).toBeGreaterThan(0);
  });

  test('a stream that was never read to its end is not compared', async () => {
    const { rig } = await shop();
    expect(await rig.verify('orders')).toMatchObject({ state: 'untold', days: [] });
  });
});

test('a source that fails ends the comparison with the reason; nothing is said about its days', async () => {
  const { rig } = await shop();
  await rig.sync('orders');
  rig.sandbox.server.faults.random(1, ['unauthorized']);
  const found = await rig.verify('orders');
  rig.sandbox.server.faults.clear();
  expect(found).toMatchObject({ state: 'failed', days: [] });
  expect(found.problem).toContain('shopify orders');
});

test('runs before a comparison in which everything agrees are verified, and readers and operators see it', async () => {
  const { rig } = await shop();
  await rig.sync('orders');
  const outcomes = () => rig.rows(`select outcome from ops.runs where lane = 'live' and tenant_id = '${rig.tenantId}' order by started_at`);
  expect(await outcomes()).toEqual([{ outcome: 'unverified' }]);
  await rig.verify('orders', { firstDay: '2026-11-20' });
  // A few days say nothing about all that was read.
  expect(await outcomes()).toEqual([{ outcome: 'unverified' }]);
  await rig.verify('orders');
  expect(await outcomes()).toEqual([{ outcome: 'verified' }]);
  expect(await rig.rows(`select verified_at is not null as verified, days_differing from kpi.freshness where stream = 'orders'`)).toEqual([
    { verified: true, days_differing: 0 },
  ]);
  expect(await listVerifications(engine.db, { tenantId: rig.tenantId })).toMatchObject([
    { stream: 'orders', state: 'verified', days: 45, differing: [] },
  ]);
});
