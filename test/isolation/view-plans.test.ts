import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder } from '../support/seed-rows.ts';

let database: TestDatabase;
let seeder: RowSeeder;
let role: string;

const FACT = 'tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq';
const fact = (id: string) => `t.id, md5(t.id || ${id})::uuid, md5(t.id || s.source)::uuid, s.source, g::text, now(), 0, 1`;
const EACH = "from public.tenants t, (values ('shopify'), ('odoo')) s(source), generate_series(1, 600) g";

/** Ten tenants, each with 600 products, stocks, sales and returns per source. */
const ROWS = [
  `insert into public.locations (${FACT}, name, usage, active, counts_stock)
   select ${fact("s.source || 'place' || g")}, 'bodega', 'internal', true, true ${EACH} where g <= 2`,
  `insert into public.products (${FACT}, sku, name, kind, active, tracked)
   select ${fact("s.source || 'product' || g")}, 'sku ' || g, 'producto', 'storable', true, true ${EACH}`,
  `insert into public.inventory_levels (${FACT}, product_id, location_id, quantity_on_hand, quantity_reserved, quantity_available, foreign_owner)
   select ${fact("s.source || 'level' || g")}, md5(t.id || s.source || 'product' || g)::uuid, md5(t.id || s.source || 'place' || 1 + g % 2)::uuid,
     9, 0, 9, false ${EACH}`,
  `insert into public.source_orders (${FACT}, name, status, source_status, created_at, business_day, currency_source, amount_total_source,
     amount_untaxed_source, amount_tax_source, amount_products_source, amount_shipping_source, amount_discount_source, amount_other_source,
     fx_rate, amount_total)
   select ${fact("s.source || 'order' || g")}, '#' || g, 'completed', 'x', now() - g * interval '1 hour', '2025-11-28', 'CLP', 119, 100, 19,
     119, 0, 0, 0, 1, 119 ${EACH}`,
  `insert into public.source_order_lines (${FACT}, order_id, product_id, line_kind, name, quantity, unit_price_source, amount_source,
     amount_untaxed_source, amount_tax_source, amount_discount_source, currency_source)
   select ${fact("s.source || 'line' || g")}, md5(t.id || s.source || 'order' || g)::uuid, md5(t.id || s.source || 'product' || g)::uuid,
     'product', 'linea', 1, 119, 119, 100, 19, 0, 'CLP' ${EACH}`,
  `insert into public.refunds (${FACT}, order_id, created_at, business_day, currency_source, amount_total_source, amount_untaxed_source,
     amount_tax_source, amount_paid_back_source, fx_rate, counts)
   select ${fact("s.source || 'refund' || g")}, md5(t.id || s.source || 'order' || g)::uuid, now(), '2025-11-28', 'CLP', 119, 100, 19, 119, 1,
     true ${EACH}`,
  `insert into public.refund_lines (${FACT}, refund_id, order_line_id, quantity, amount_source, amount_tax_source, currency_source)
   select ${fact("s.source || 'returned' || g")}, md5(t.id || s.source || 'refund' || g)::uuid, md5(t.id || s.source || 'line' || g)::uuid,
     1, 119, 19, 'CLP' ${EACH}`,
];

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
  const tenantId = await seeder.tenant();
  for (let others = 0; others < 9; others += 1) await seeder.tenant();
  for (const rows of ROWS) await seeder.client.query(rows.replaceAll('t.id ||', 't.id::text ||'));
  await seeder.client.query('analyze');
  ({ role } = await withDirectSession(database.adminUrl, async (admin) =>
    createReader(admin, { tenantId, roleSecret: database.roleSecret }),
  ));
});

afterAll(async () => {
  await seeder.close();
  await withDirectSession(database.adminUrl, async (admin) => dropReader(admin, role));
  await database.close();
});

interface PlanNode {
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Pairs of rows that joins looked at and threw away: the square of a tenant's rows when a plan compares each with each. */
function discarded(node: PlanNode): number {
  const own = (node['Rows Removed by Join Filter'] ?? 0) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, child) => sum + discarded(child), own);
}

test('under row security no view compares each row with each', async () => {
  const { rows: views } = await seeder.client.query<{ name: string }>(
    `select format('%I.%I', schemaname, viewname) as name from pg_views
     where schemaname in ('public', 'kpi') and has_table_privilege($1, format('%I.%I', schemaname, viewname), 'select') order by 1`,
    [role],
  );
  expect(views.length).toBeGreaterThan(10);
  const reader = new pg.Client({ connectionString: database.url(role) });
  await reader.connect();
  for (const { name } of views) {
    const { rows } = await reader.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (analyze, format json) select * from ${name}`);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    expect([name, plan !== undefined && discarded(plan) < 100_000]).toEqual([name, true]);
  }
  await reader.end();
});
