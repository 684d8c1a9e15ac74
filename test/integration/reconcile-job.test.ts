import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { reconcileTenant } from '../../src/jobs/reconcile-tenant.ts';
import { closeMonth } from '../../src/reconcile/close-month.ts';
import { keepOpenFindings } from '../../src/reconcile/keep-open-findings.ts';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueReconciliations, reconcileDone, reconcileDue } from '../../src/store/reconcile-due.ts';
import { boleta, DocumentsRig, order } from '../support/documents-rig.ts';
import { mirrorOf, webOrder, webRefund } from '../support/shop-drafts.ts';

const SOLD = '2026-05-20T15:00:00Z';
let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
afterAll(() => rig.engine.close());
beforeEach(async () => {
  await rig.newTenant();
  for (const stream of ['invoices', 'pos_orders'])
    await rig.tenant.rows(
      `insert into ops.streams (tenant_id, connection_id, stream, lane) select tenant_id, id, $2, 'live' from ops.connections
       where tenant_id = $1 and source = 'odoo'`,
      [rig.tenant.tenantId, stream],
    );
  await current();
});

const job = () => reconcileTenant({ db: rig.engine.db }, rig.tenant.tenantId);
const current = () => rig.tenant.rows('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenant.tenantId]);
const days = async () => (await reconcileDue(rig.engine.db, rig.tenant.tenantId)).days;
const states = async () =>
  (await listFindings(rig.engine.db, { tenantId: rig.tenant.tenantId })).map((f) => `${f.class} ${f.amount} ${f.state}`).sort();
const shop = async (number: number, total: number, more = {}) => {
  await rig.write([webOrder(number, total, SOLD, more)], rig.tenant.shop);
  await current();
};
const admin = <R extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  withDirectSession(rig.engine.instance.adminUrl, (session) => session.run<R>(text, values));

test('what a batch changes is compared by the next job, and then there is nothing left to do', async () => {
  await job();
  await shop(1001, 10_000);
  expect(await days()).toEqual(['2026-05-20']);
  await job();
  expect(await states()).toEqual(['missing_in_odoo -10000 open']);
  expect(await days()).toEqual([]);
  await rig.write(order(21, [10_000], { created_at: SOLD, ...mirrorOf(1001) }));
  await rig.issue(boleta(1, 10_000, 2101, { date: '2026-05-20' }));
  await current();
  await job();
  expect(await states()).toContain('missing_in_odoo -10000 resolved');
});

test('a refund, a document or a payment of an old order brings its day back', async () => {
  await shop(1001, 10_000);
  await rig.write(order(21, [10_000], { created_at: SOLD, ...mirrorOf(1001) }));
  await job();
  expect(await days()).toEqual([]);
  await rig.write([webRefund(1, 1001, 4000, '2026-07-02T15:00:00Z')], rig.tenant.shop);
  expect(await days()).toEqual(['2026-05-20', '2026-07-02']);
  await job();
  await rig.issue(boleta(1, 10_000, 2101, { date: '2026-07-03' }));
  expect(await days()).toEqual(['2026-05-20', '2026-07-03']);
});

test('what changes while it compares stays for the next job', async () => {
  await shop(1001, 10_000);
  const { tenantId } = rig.tenant;
  const due = await reconcileDue(rig.engine.db, tenantId);
  await rig.write([webOrder(1002, 10_000, '2026-05-21T15:00:00Z')], rig.tenant.shop);
  await reconcileDone(rig.engine.db, tenantId, due);
  expect(await days()).toEqual(['2026-05-21']);
});

test('of a day on which one order changed the others are not compared again', async () => {
  await shop(1001, 10_000);
  await shop(1002, 20_000);
  await job();
  // Behind the service's back: only a comparison of the whole day would see it.
  await admin(
    `update public.source_orders set amount_total = 1, amount_total_source = 1 where tenant_id = $1 and shop_order_name = '1002'`,
    [rig.tenant.tenantId],
  );
  await shop(1001, 9_000);
  expect(await reconcileDue(rig.engine.db, rig.tenant.tenantId)).toMatchObject({ days: ['2026-05-20'], wholeDays: [], whole: false });
  await job();
  expect(await states()).toEqual(['missing_in_odoo -20000 open', 'missing_in_odoo -9000 open']);
  await admin('insert into ops.reconcile_touched (tenant_id, day) values ($1, $2)', [rig.tenant.tenantId, '2026-05-20']);
  await job();
  expect(await states()).toEqual(['missing_in_odoo -1 open', 'missing_in_odoo -9000 open']);
});

test('what has no partner is looked at again when an order like it comes, changes or goes', async () => {
  await shop(1001, 10_000);
  await job();
  const suggested = async () =>
    (await listFindings(rig.engine.db, { tenantId: rig.tenant.tenantId, class: 'missing_in_odoo' })).map((f) =>
      (f.suggestion ?? []).map(({ name }) => name),
    );
  const books = async (total: number, version: number) => {
    const drafts = order(21, [total], { created_at: '2026-05-21T15:00:00Z' });
    await rig.write(drafts.map((draft) => ({ ...draft, sourceUpdatedAt: `2026-06-01T12:00:0${version}Z` })));
    await current();
    await job();
  };
  expect(await suggested()).toEqual([[]]);
  await books(10_000, 1);
  expect(await suggested()).toEqual([['S00021']]);
  await books(11_000, 2);
  expect(await suggested()).toEqual([[]]);
});

test('after another rate whole days are compared: refunds of orders that nobody names are worth something else', async () => {
  await job();
  await rig.write([
    {
      entity: 'exchange_rate',
      sourceId: '1',
      sourceCreatedAt: null,
      sourceUpdatedAt: SOLD,
      fields: { currency: 'USD', base_currency: 'CLP', rate_date: '2026-05-20', rate: '950', company: '1' },
    },
    ...order(21, [10_000], { created_at: SOLD }),
  ]);
  expect(await reconcileDue(rig.engine.db, rig.tenant.tenantId)).toMatchObject({ wholeDays: ['2026-05-20'], orderIds: [] });
});

test('a comparison of everything and the batches of the same company do not wait for each other', async () => {
  await shop(1001, 10_000);
  const { db } = rig.engine;
  const { tenantId } = rig.tenant;
  const asOf = new Date().toISOString();
  let written = 0;
  // A batch arrives when all is compared and kept, before it is committed.
  const beside: Pick<typeof db, 'snapshot'> = {
    snapshot: (tenant, work) =>
      db.snapshot(tenant, (tx) =>
        work({
          ...tx,
          query: async (text, values) => {
            const result = await tx.query<never>(text, values);
            if (text.startsWith('update ops.reconcile_state')) {
              await shop(1002, 20_000);
              written += 1;
            }
            return result;
          },
        }),
      ),
  };
  expect(await keepOpenFindings(beside, { tenantId, asOf })).toMatchObject({ found: 1, whole: true });
  expect(written).toBe(1);
  expect((await reconcileDue(db, tenantId)).orderIds).toHaveLength(2);
  // And it is compared while a batch is open.
  await db.transaction(tenantId, async ({ query }) => {
    await query('update public.source_orders set amount_total = amount_total + 1 where tenant_id = $1', [tenantId]);
    await query('insert into ops.reconcile_touched (tenant_id, day) values ($1, $2)', [tenantId, '2026-05-20']);
    expect(await keepOpenFindings(db, { tenantId, asOf })).toMatchObject({ found: 1, whole: true });
  });
});

test('a change of a closed day is found by the job of the batch that brought it', async () => {
  await shop(1001, 10_000);
  await rig.write(order(21, [10_000], { created_at: SOLD, ...mirrorOf(1001) }));
  await rig.issue(boleta(1, 10_000, 2101, { date: '2026-05-20' }));
  await current();
  await job();
  await closeMonth(rig.engine.db, { tenantId: rig.tenant.tenantId, month: '2026-05', force: true }, { who: 'marta', reason: 'F29' });
  await shop(1001, 9_000);
  await job();
  expect(await states()).toContain('after_closing -1000 open');
});

test('a tenant has one job: of what changed at once, of everything in its night', async () => {
  await job();
  const { tenantId } = rig.tenant;
  const queued = async () => {
    await admin("delete from graphile_worker._private_jobs where key like 'reconcile:%'");
    await enqueueReconciliations(rig.engine.db);
    await enqueueReconciliations(rig.engine.db);
    return (await admin('select from graphile_worker._private_jobs where key = $1', [`reconcile:${tenantId}`])).length;
  };
  const hour = (zone: string) => Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format());
  const zones = Array.from({ length: 24 }, (_, i) => `Etc/GMT${i <= 12 ? `-${i}` : `+${24 - i}`}`);
  const at = (wanted: number) => zones.find((zone) => hour(zone) === wanted)!;
  const compared = (ago: string, zone: string) =>
    admin(
      `with s as (update ops.reconcile_state set full_at = now() - $2::interval where tenant_id = $1)
       update public.tenants set time_zone = $3 where id = $1`,
      [tenantId, ago, zone],
    );
  await compared('21 hours', at(14));
  expect(await queued()).toBe(0);
  await compared('21 hours', at(3));
  expect(await queued()).toBe(1);
  expect(await reconcileDue(rig.engine.db, tenantId)).toMatchObject({ whole: true });
  await compared('49 hours', at(14));
  expect(await queued()).toBe(1);
  await compared('1 hours', at(3));
  expect(await queued()).toBe(0);
  await shop(1001, 10_000);
  expect(await queued()).toBe(1);
  expect(await reconcileDue(rig.engine.db, tenantId)).toMatchObject({ whole: false });
  // A backfill touches more days than are compared one by one, minute after minute: everything is compared now and then.
  await admin(`insert into ops.reconcile_touched (tenant_id, day) select $1, date '2026-01-01' + n from generate_series(1, 60) n`, [
    tenantId,
  ]);
  await compared('5 minutes', at(14));
  expect(await queued()).toBe(0);
  await compared('16 minutes', at(14));
  expect(await queued()).toBe(1);
  await admin(`update public.tenants set status = 'paused' where id = $1`, [tenantId]);
  expect(await queued()).toBe(0);
});
