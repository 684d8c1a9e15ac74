import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { runReconciliation } from '../../src/reconcile/run-reconciliation.ts';
import { decideLink, findDocuments } from '../../src/store/links.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

let reads = 0;
type Changes = Parameters<typeof orderDraft>[1];
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

async function company() {
  const tenant = await rig.tenant();
  const { tenantId, rows } = tenant;
  const write = async (place: (typeof tenant)['shop'], until: string, drafts: Draft[]) => {
    await rig.db.query("update ops.streams set expires_at = '-infinity' where tenant_id = $1", [tenantId]);
    await writeBatch(rig.db, await rig.batch(place, ++reads, drafts, { lane: 'live', end: true, covered: { from: null, until } }));
  };
  return {
    tenantId,
    shop: (until: string, ...drafts: Draft[]) => write(tenant.shop, until, drafts),
    odoo: (until: string, ...drafts: Draft[]) => write(tenant.odoo, until, drafts),
    sync: async (columns: string) =>
      (
        await rows<{ line: string }>(
          `select concat_ws(' ', day, ${columns
            .split(', ')
            .map((column) => `coalesce(trim_scale(${column}::numeric)::text, '-')`)
            .join(', ')}) as line from kpi.shop_erp_sync where tenant_id = '${tenantId}' order by day`,
        )
      ).map((row) => row.line),
    between: async (columns: string, first: string, last: string) =>
      rows(`select ${columns} from kpi.shop_erp_sync_between('2026-11-${first}', '2026-11-${last}') where tenant_id = '${tenantId}'`),
    bridge: async () => {
      const [row] = await rows<{ off: string }>(
        `select sum(abs(erp_amount - shop_amount - (without_shop_amount - without_erp_amount + difference + duplicates_amount + status_amount)))::text as off
         from kpi.shop_erp_daily`,
      );
      expect(Number(row!.off)).toBe(0);
      expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
    },
  };
}

/** 1 November 2026 in Chile ends at 03:00 UTC of the 2nd, and its grace at 04:00. */
const GRACE_OVER = '2026-11-02T04:00:00Z';
const later = '2026-11-01T13:00:00Z';

test('a day is judged when both sides cover it and the grace of an hour; until then nothing is missing', async () => {
  const c = await company();
  await c.shop('2026-11-02T03:59:59Z', web(1001, 100), web(1002, 200));
  await c.odoo(GRACE_OVER, erp(21, 100, 1001), erp(22, 300, 4040));
  expect(await c.sync('linked, missing_in_odoo, missing_in_shopify, pending')).toEqual(['2026-11-01 - - - 2']);
  expect(await c.sync('coverage')).toEqual(['2026-11-01 0.9999']);
  await c.shop(GRACE_OVER);
  expect(
    await c.sync('linked, missing_in_odoo, missing_in_odoo_amount, missing_in_shopify, missing_in_shopify_amount, pending, coverage'),
  ).toEqual(['2026-11-01 1 1 200 1 300 0 1']);
  // A covered day without anything is 0.
  await c.shop('2026-11-03T04:00:00Z');
  await c.odoo('2026-11-03T04:00:00Z');
  expect(await c.sync('linked, missing_in_odoo, difference')).toEqual(['2026-11-01 1 1 0', '2026-11-02 0 0 0']);
  const columns = 'linked::int, missing_in_odoo::int, missing_in_odoo_amount::int as amount, pending::int';
  expect(await c.between(columns, '01', '02')).toEqual([{ linked: 1, missing_in_odoo: 1, amount: 200, pending: 0 }]);
  expect(await c.between(columns, '01', '03')).toEqual([{ linked: null, missing_in_odoo: null, amount: null, pending: 0 }]);
  await c.bridge();
});

test('what differs is counted with its money, duplicates and status apart, and the classes of the reconciliation agree', async () => {
  const c = await company();
  const next = { created_at: '2026-11-02T12:00:00Z' };
  await c.shop(
    '2026-11-10T00:00:00Z',
    web(1001, 100),
    web(1002, 200),
    web(1003, 300),
    web(1004, 400),
    web(1005, 500, { status: 'cancelled' }),
  );
  await c.odoo(
    '2026-11-10T00:00:00Z',
    // On another day than its shop order: it counts on the shop order's.
    erp(21, 90, 1001, next),
    erp(22, 205, 1002),
    erp(23, 300, 1003),
    erp(24, 301, 1003),
    erp(25, 400, 1004, { status: 'cancelled' }),
    erp(26, 500, 1005),
    erp(27, 999, null),
  );
  const columns =
    'shop_orders, shop_amount, erp_orders, erp_amount, linked, differing, difference, difference_absolute, duplicates, duplicates_amount, status_differs, status_amount';
  expect(await c.sync(columns)).toEqual([
    '2026-11-01 4 1000 5 1396 3 2 -5 15 1 301 2 100',
    ...['02', '03', '04', '05', '06', '07', '08'].map((day) => `2026-11-${day} 0 0 0 0 0 0 0 0 0 0 0 0`),
  ]);
  await c.bridge();
  const { classes } = await runReconciliation(rig.db, { tenantId: c.tenantId, asOf: '2026-11-10T00:00:00Z' });
  expect(new Map(classes.map((one) => [one.class, `${one.findings} ${Number(one.amount)}`]))).toEqual(
    new Map([
      ['duplicate_in_odoo', '1 301'],
      ['status', '2 100'],
      ['amount', '2 -5'],
    ]),
  );
  // The amount of a linked document changes: only its own row is written, and the shop order's day follows.
  await c.odoo('2026-11-10T00:00:00Z', erp(21, 100, 1001, { ...next, updatedAt: later }));
  expect((await c.sync('differing, difference'))[0]).toBe('2026-11-01 1 5');
  await c.bridge();
});

test('an order split over several documents is no duplicate: it is compared with their sum, and only what is beyond it is one', async () => {
  const c = await company();
  const until = '2026-11-10T00:00:00Z';
  await c.shop(until, web(1001, 300), web(1002, 300), web(1003, 300));
  await c.odoo(
    until,
    // In two parts; in two parts that lack 10; in two parts and once more.
    erp(21, 100, 1001),
    erp(22, 200, 1001),
    erp(23, 100, 1002),
    erp(24, 190, 1002),
    erp(25, 120, 1003),
    erp(26, 180, 1003),
    erp(27, 300, 1003),
  );
  const columns =
    'shop_orders, shop_amount, erp_orders, erp_amount, linked, differing, difference, duplicates, duplicates_amount, missing_in_odoo';
  expect((await c.sync(columns))[0]).toBe('2026-11-01 3 900 7 1190 3 1 -10 1 300 0');
  await c.bridge();
  await agrees(c.tenantId, until);
});

test('orders merged into one document are linked each on its day, and compared with it on the day of the first', async () => {
  const c = await company();
  const until = '2026-11-10T00:00:00Z';
  const next = { created_at: '2026-11-02T12:00:00Z' };
  await c.shop(until, web(1001, 100), web(1002, 200, next), web(1003, 50));
  await c.odoo(until, erp(21, 290, 1001), erp(22, 50, 1003));
  const erpOrder = (await findDocuments(rig.db, c.tenantId, 'odoo', 'S21'))[0]!.id;
  for (const name of ['#1001', '#1002']) {
    const shopOrder = (await findDocuments(rig.db, c.tenantId, 'shopify', name))[0]!.id;
    await decideLink(
      rig.db,
      c.tenantId,
      { shopOrderId: shopOrder, erpOrderId: erpOrder, decision: 'link' },
      { who: 'ana', reason: 'test' },
    );
  }
  const columns =
    'shop_orders, shop_amount, erp_orders, erp_amount, linked, differing, difference, duplicates, missing_in_odoo, status_differs';
  expect((await c.sync(columns)).slice(0, 2)).toEqual(['2026-11-01 2 150 2 140 2 1 -10 0 0 0', '2026-11-02 1 200 0 200 1 0 0 0 0 0']);
  await c.bridge();
  await agrees(c.tenantId, until);
  // The document is cancelled: each of its orders is a sale without one.
  await c.odoo(until, erp(21, 290, 1001, { status: 'cancelled', updatedAt: later }));
  expect((await c.sync('linked, status_differs, status_amount')).slice(0, 2)).toEqual(['2026-11-01 1 1 -100', '2026-11-02 0 1 -200']);
  await c.bridge();
  await agrees(c.tenantId, until);
});

/** Everything of the days shown, class by class, is what the reconciliation finds. */
async function agrees(tenantId: string, asOf: string): Promise<void> {
  const { classes } = await runReconciliation(rig.db, { tenantId, asOf });
  const of = (...names: string[]) =>
    classes.filter((one) => names.includes(one.class)).reduce((sum, { amount }) => sum + Number(amount), 0);
  const [row] = await rig.db.transaction(
    tenantId,
    async ({ query }) =>
      (
        await query<Record<string, number>>(`select sum(difference)::float8 as difference, sum(duplicates_amount)::float8 as duplicates,
          sum(status_amount)::float8 as status, sum(without_erp_amount)::float8 as missing from kpi.shop_erp_daily`)
      ).rows,
  );
  expect(row).toEqual({
    difference: of('amount', 'currency'),
    duplicates: of('duplicate_in_odoo'),
    status: of('status'),
    missing: 0 - of('missing_in_odoo'),
  });
}
