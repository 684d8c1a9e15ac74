import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { decideLink, findDocuments, listLinks } from '../../src/store/links.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { changeTenant, type TenantSettingName } from '../../src/store/tenant-settings.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { connectTo, orderDraft } from '../support/scripted-stream.ts';
import { setConnectionStatus } from '../../src/store/connections.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

const AUTHOR = { who: 'ana', reason: 'test' };
let reads = 0;

/** A tenant whose documents come by batches, and what it then counts. */
async function company(speaks: 'shopify' | 'odoo', covered: string | null = '2026-11-05T00:00:00Z') {
  const tenant = await rig.tenant();
  const { tenantId, rows } = tenant;
  const write = async (place: (typeof tenant)['shop'], drafts: Draft[], more: Parameters<EngineRig['batch']>[3] = {}) =>
    writeBatch(rig.db, await rig.batch(place, ++reads, drafts, more));
  const shop = (...drafts: Draft[]) => write(tenant.shop, drafts);
  const odoo = (...drafts: Draft[]) => write(tenant.odoo, drafts);
  const cover = async (until: string) => {
    await rig.db.query("update ops.streams set expires_at = '-infinity' where tenant_id = $1", [tenantId]);
    return write(tenant.shop, [], { lane: 'live', covered: { from: null, until }, end: true });
  };
  const set = async (name: TenantSettingName, value: unknown) => {
    const id = await changeTenant(rig.db, tenantId, new Map([[name, value]]), AUTHOR);
    if (id !== null) await runRecomputation(rig.db, tenantId, id, { seconds: 60 });
  };
  if (covered !== null) await cover(covered);
  if (speaks === 'odoo') await set('speaking_source', 'odoo');
  return {
    ...tenant,
    shopIs: shop,
    odooIs: odoo,
    cover,
    set,
    /** `name: amount` of every sale. */
    sales: async () =>
      (await rows<{ sale: string }>(`select source_ref || ' ' || trim_scale(amount_total) as sale from public.orders order by 1`)).map(
        (row) => row.sale,
      ),
    silent: async () =>
      (
        await rows<{ line: string }>(
          `select name || ' ' || silent_because as line from public.source_orders where silent_because is not null order by 1`,
        )
      ).map((row) => row.line),
    /** Days as the roll-up has them. */
    daily: async () =>
      (
        await rows<{ line: string }>(
          `select concat_ws(' ', day, source, orders, trim_scale(amount_total), trim_scale(refunds_amount)) as line from kpi.sales_daily order by 1`,
        )
      ).map((row) => row.line),
    /** A rebuild must agree with whatever a test ends with. */
    sound: async () => expect(await rebuildTenant(rig.db, tenantId)).toEqual([]),
  };
}

type Changes = Parameters<typeof orderDraft>[1];
/** Shop order #1001 is id 9001, and so on. */
const web = (n: number, amount: number, changes: Changes = {}) =>
  orderDraft(String(8000 + n), {
    name: `#${n}`,
    shop_order_id: String(8000 + n),
    shop_order_name: String(n),
    amount_total_source: String(amount),
    ...changes,
  });
const erp = (n: number, amount: number, cites: number | null, changes: Changes = {}) =>
  orderDraft(String(n), {
    name: `S${n}`,
    amount_total_source: String(amount),
    shop_order_name: cites === null ? null : String(cites),
    ...changes,
  });
const later = '2026-11-01T13:00:00Z';

const refund = (orderId: string, amount: string): Draft => ({
  entity: 'refund',
  sourceId: `${orderId}-r`,
  sourceCreatedAt: null,
  sourceUpdatedAt: '2026-11-01T12:00:00Z',
  fields: {
    order_id: orderId,
    created_at: '2026-11-03T12:00:00Z',
    currency_source: 'CLP',
    amount_total_source: amount,
    amount_untaxed_source: amount,
    amount_tax_source: '0',
    amount_paid_back_source: amount,
  },
});

test('A with its mirror is one sale of 119.000, of the document that speaks, and its refund counts with it', async () => {
  const c = await company('shopify');
  await c.shopIs(web(1001, 119000), refund('9001', '23800'));
  await c.odooIs(erp(21, 119001, 1001));
  expect(await c.sales()).toEqual(['#1001 119000']);
  expect(await c.daily()).toEqual(['2026-11-01 shopify 1 119000 0', '2026-11-03 shopify 0 0 23800']);
  await c.set('speaking_source', 'odoo');
  expect(await c.sales()).toEqual(['S21 119001']);
  expect(await c.daily()).toEqual(['2026-11-01 odoo 1 119001 0']);
  expect(await c.silent()).toEqual(['#1001 mirror']);
  await c.set('speaking_source', 'shopify');
  expect(await c.daily()).toEqual(['2026-11-01 shopify 1 119000 0', '2026-11-03 shopify 0 0 23800']);
  await c.sound();
});

test('one shop order with n Odoo documents is one sale: the first that stands speaks for it', async () => {
  const c = await company('odoo');
  await c.shopIs(web(1001, 100));
  await c.odooIs(erp(9, 101, 1001, { status: 'cancelled' }), erp(110, 103, 1001), erp(20, 102, 1001));
  expect(await c.sales()).toEqual(['S20 102']);
  expect(await c.silent()).toEqual(['#1001 mirror', 'S110 duplicate', 'S9 duplicate']);
  // The first is cancelled: the next speaks, though no batch touched it.
  await c.odooIs(erp(20, 102, 1001, { status: 'cancelled', updatedAt: later }));
  expect(await c.sales()).toEqual(['S110 103']);
  await c.sound();
  await c.set('speaking_source', 'shopify');
  expect(await c.sales()).toEqual(['#1001 100']);
  expect(await c.silent()).toEqual(['S110 mirror', 'S20 mirror', 'S9 mirror']);
  await c.sound();
});

test('n shop orders with one Odoo document are n sales when the shop speaks, and one when Odoo does', async () => {
  const c = await company('shopify');
  await c.shopIs(web(1001, 100), web(1002, 200));
  await c.odooIs(erp(21, 300, 1001));
  const [odoo] = await findDocuments(rig.db, c.tenantId, 'odoo', 'S21');
  for (const name of ['1001', '#1002']) {
    const [shop] = await findDocuments(rig.db, c.tenantId, 'shopify', name);
    await decideLink(rig.db, c.tenantId, { shopOrderId: shop!.id, erpOrderId: odoo!.id, decision: 'link' }, AUTHOR);
  }
  expect(await c.sales()).toEqual(['#1001 100', '#1002 200']);
  await c.set('speaking_source', 'odoo');
  expect(await c.sales()).toEqual(['S21 300']);
  await c.sound();
});

test('what a cancelled speaker says is final, unless the shop has received money: that stays a sale', async () => {
  const c = await company('odoo');
  await c.shopIs(web(1001, 100, { payment_state: 'unpaid' }), web(1002, 200, { payment_state: 'paid' }));
  await c.odooIs(erp(21, 100, 1001, { status: 'cancelled' }), erp(22, 200, 1002, { status: 'cancelled' }));
  expect(await c.sales()).toEqual(['#1002 200']);
  expect(await c.silent()).toEqual(['#1001 mirror', 'S22 mirror']);
  // Money arrives later.
  await c.shopIs(web(1001, 100, { payment_state: 'partial', updatedAt: later }));
  expect(await c.sales()).toEqual(['#1001 100', '#1002 200']);
  await c.sound();
  await c.set('speaking_source', 'shopify');
  await c.shopIs(web(1002, 200, { status: 'cancelled', updatedAt: '2026-11-01T14:00:00Z' }));
  await c.odooIs(erp(22, 200, 1002, { updatedAt: later }));
  expect(await c.sales()).toEqual(['#1001 100']);
  await c.sound();
});

test('a quotation does not speak: the shop does until it is confirmed; a test order is no sale whoever speaks', async () => {
  const c = await company('odoo');
  await c.shopIs(web(1001, 100), web(1002, 200, { excluded_because: 'test' }));
  await c.odooIs(erp(21, 101, 1001, { status: 'quotation' }), erp(22, 200, 1002));
  expect(await c.sales()).toEqual(['#1001 100']);
  await c.odooIs(erp(21, 101, 1001, { updatedAt: later }));
  expect(await c.sales()).toEqual(['S21 101']);
  expect(await c.silent()).toEqual(['#1001 mirror', 'S22 mirror']);
  await c.sound();
});

test('when Odoo speaks none waits for its original, and when that comes it is silent', async () => {
  const c = await company('odoo', '2026-11-01T12:30:00Z');
  await c.odooIs(erp(21, 100, 1001));
  expect(await c.sales()).toEqual(['S21 100']);
  await c.shopIs(web(1001, 99));
  expect(await c.sales()).toEqual(['S21 100']);
  await c.sound();
});

test('when the shop speaks an early mirror waits for an hour past its date, and a lost original makes it an Odoo sale', async () => {
  const c = await company('shopify', '2026-11-01T12:30:00Z');
  await c.odooIs(erp(21, 100, 1001));
  expect([await c.sales(), await c.silent()]).toEqual([[], ['S21 waiting']]);
  await c.set('speaking_source', 'odoo');
  expect(await c.sales()).toEqual(['S21 100']);
  await c.set('speaking_source', 'shopify');
  expect(await c.silent()).toEqual(['S21 waiting']);
  await c.cover('2026-11-01T13:00:00Z');
  expect(await c.sales()).toEqual(['S21 100']);
  await c.sound();
});

const settle = async (tenantId: string) => {
  for (const { id } of await listRecomputations(rig.db, { tenantId })) await runRecomputation(rig.db, tenantId, id, { seconds: 60 });
};

test('connecting a shop, pausing and resuming it settle the Odoo documents that no batch touches any more', async () => {
  const { tenantId, odoo, shop, rows } = await rig.tenant();
  await rig.db.query('delete from ops.connections where id = $1', [shop.connectionId]);
  await writeBatch(rig.db, await rig.batch(odoo, ++reads, [erp(21, 100, 1001), erp(22, 200, null)]));
  const sales = async () => (await rows<{ ref: string }>('select source_ref as ref from public.orders order by 1')).map((row) => row.ref);
  expect(await sales()).toEqual(['S21', 'S22']);
  const connection = await connectTo(rig.db, tenantId, 'shopify');
  await settle(tenantId);
  expect(await sales()).toEqual(['S22']);
  expect(await setConnectionStatus(rig.db, tenantId, connection, 'paused', AUTHOR)).toBe(true);
  expect(await setConnectionStatus(rig.db, tenantId, connection, 'paused', AUTHOR)).toBe(false);
  await settle(tenantId);
  expect(await sales()).toEqual(['S21', 'S22']);
  await setConnectionStatus(rig.db, tenantId, connection, 'active', AUTHOR);
  await settle(tenantId);
  expect(await sales()).toEqual(['S22']);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('a person parts and joins documents, with a reason that is kept, and the rules do not undo it', async () => {
  const c = await company('shopify');
  await c.shopIs(web(1001, 100), web(1002, 200));
  await c.odooIs(erp(21, 100, 1001));
  const id = async (source: 'shopify' | 'odoo', name: string) => (await findDocuments(rig.db, c.tenantId, source, name))[0]!.id;
  const s21 = await id('odoo', 'S21');
  const decide = async (shop: string, decision: 'link' | 'unlink') =>
    decideLink(
      rig.db,
      c.tenantId,
      { shopOrderId: await id('shopify', shop), erpOrderId: s21, decision },
      { who: 'ana', reason: `${decision} ${shop}` },
    );
  expect(await decide('#1001', 'unlink')).toBe(true);
  expect(await decide('#1001', 'unlink')).toBe(false);
  expect(await c.sales()).toEqual(['#1001 100', '#1002 200', 'S21 100']);
  expect(await c.daily()).toEqual(['2026-11-01 odoo 1 100 0', '2026-11-01 shopify 2 300 0']);
  // Both are read again: the rule still does not hold.
  await c.odooIs(erp(21, 100, 1001, { updatedAt: later }));
  await c.shopIs(web(1001, 100, { updatedAt: later }));
  expect(await c.sales()).toEqual(['#1001 100', '#1002 200', 'S21 100']);
  await c.sound();
  await decide('#1002', 'link');
  expect(await c.sales()).toEqual(['#1001 100', '#1002 200']);
  const links = await listLinks(rig.db, c.tenantId, { decided: true, limit: 10 });
  expect(links.map((l) => [l.shop_name, l.erp_name, l.rule, l.decision, l.reason, l.decided_by])).toEqual([
    ['#1002', 'S21', 'person', 'link', 'link #1002', 'ana'],
    ['#1001', 'S21', null, 'unlink', 'unlink #1001', 'ana'],
  ]);
  const audited = await rig.db.query(
    `select actor, action, details ->> 'reason' as reason from ops.audit where tenant_id = $1 and action like 'link.%' order by id`,
    [c.tenantId],
  );
  expect(audited.rows).toEqual([
    { actor: 'ana', action: 'link.unlink', reason: 'unlink #1001' },
    { actor: 'ana', action: 'link.link', reason: 'link #1002' },
  ]);
  await c.sound();
});
