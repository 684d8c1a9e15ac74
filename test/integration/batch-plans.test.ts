import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { sqlFile } from '../../src/store/sql-file.ts';
import { statementsOf } from '../../src/store/statements.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';

// A batch must cost the same in a large tenant as in a small one, so no statement of it may read the tenant's orders whole. Looked at
// with statistics: without them the planner takes every table for small and probes anyway.
const ORDERS = 20_000;
const instance = await testDatabase();
const db = new Database({ url: instance.url('kpi_writer') });
let tenantId = '';
let ids: string[] = [];

beforeAll(async () => {
  const made = await tenantWith(db, ['shopify', 'odoo']);
  tenantId = made.tenantId;
  const drafts = Array.from({ length: ORDERS }, (_, i) => orderDraft(String(i), { shop_order_id: String(i), shop_order_name: String(i) }));
  const job = jobOf({ tenantId, connectionId: made.connections['shopify']!, source: 'shopify' }, scripted([pageOf(drafts)]));
  expect((await runSync(syncDeps(db), job)).outcome).toBe('unverified');
  await withDirectSession(instance.adminUrl, (admin) => admin.run('analyze public.source_orders'));
  ids = (await inTenant<{ id: string }>('select id from public.source_orders limit 1500', [])).map((row) => row.id);
}, 60_000);
afterAll(async () => {
  await db.close();
  await instance.close();
});

const inTenant = <R extends Record<string, unknown>>(text: string, values: readonly unknown[]) =>
  db.transaction(tenantId, async ({ query }) => (await query<R>(text, values)).rows);

/** Most rows of source_orders that any one scan of the statement really read. */
async function mostRead(statement: string, values: readonly unknown[]): Promise<number> {
  const lines = await db.transaction(tenantId, async ({ query }) => {
    return (await query<{ 'QUERY PLAN': unknown }>(`explain (analyze, timing off, format json) ${statement}`, values)).rows;
  });
  let most = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const scan = node as Record<string, unknown>;
    if (scan['Relation Name'] === 'source_orders' && /Scan/.test(String(scan['Node Type']))) {
      const removed = Number(scan['Rows Removed by Filter'] ?? 0);
      most = Math.max(most, Number(scan['Actual Rows']) + removed);
    }
    for (const child of Object.values(scan)) visit(child);
  };
  visit(lines[0]!['QUERY PLAN']);
  return most;
}

test('planning a batch reads its own keys, not the tenant', async () => {
  const hashes = ids.map(() => '\\x00');
  const stamps = ids.map(() => '2026-11-01T00:00:00Z');
  const zeros = ids.map(() => 0);
  expect(await mostRead(statementsOf('order').plan, [tenantId, ids, hashes, stamps, zeros, zeros])).toBeLessThan(ORDERS / 10);
});

test('linking and settling a batch read what it touches, not the tenant', async () => {
  const cited = ids.map((_, i) => String(i));
  expect(await mostRead(sqlFile('link-orders'), [tenantId, ids, cited, cited])).toBeLessThan(ORDERS / 10);
  expect(await mostRead(sqlFile('settle-orders'), [tenantId, ids, null, null, null, false])).toBeLessThan(ORDERS / 10);
  expect(await mostRead(sqlFile('convert-orders'), [tenantId, 'CLP', ids, [], null, null])).toBeLessThan(ORDERS / 10);
});

test('settling by issued documents reads what it touches, not the tenant', async () => {
  const [connection] = await inTenant<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'odoo'`, [
    tenantId,
  ]);
  const drafts = Array.from({ length: 500 }, (_, i) => orderDraft(`S${i}`));
  const job = jobOf({ tenantId, connectionId: connection!.id, source: 'odoo' }, scripted([pageOf(drafts)]));
  await runSync(syncDeps(db), job);
  await withDirectSession(instance.adminUrl, (admin) => admin.run('analyze public.source_orders'));
  await inTenant(`update public.tenants set sales_basis = 'invoices' where id = $1 returning id`, [tenantId]);
  const documents = await inTenant<{ id: string }>(`select id from public.source_orders where source = 'odoo'`, []);
  const touched = documents.map(({ id }) => id);
  expect(touched.length).toBe(500);
  expect(await mostRead(sqlFile('settle-orders'), [tenantId, touched, null, null, null, false])).toBeLessThan(ORDERS / 10);
});
