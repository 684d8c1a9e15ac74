import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { Database } from '../../src/store/database.ts';
import { ROLLUPS } from '../../src/store/rollups.ts';
import { sqlFile } from '../../src/store/sql-file.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { tenantWith } from '../support/scripted-stream.ts';

const ORDERS = 4000;
const DAYS = 200;
const CUSTOMERS = 1000;
const CONVERSATIONS = 800;

const FACT = 'tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq';
const fact = (id: string) => `$1::uuid, md5(${id} || g)::uuid, $2::uuid, 'shopify', ${id} || g, now(), 0, 1`;
const dayOf = `'2026-01-01'::date + g % ${DAYS}`;

/** A company's history in tables of which no statistics exist, as in the first minutes of its first backfill. */
const ROWS = [
  `insert into public.customers (${FACT}, kind) select ${fact("'customer'")}, 'person' from generate_series(1, ${CUSTOMERS}) g`,
  `insert into public.customer_identities (tenant_id, customer_id, identity_id, anonymous)
   select $1::uuid, md5('customer' || g)::uuid, md5('customer' || g)::uuid, false from generate_series(1, ${CUSTOMERS}) g, (select $2::uuid) c`,
  `insert into public.source_orders (${FACT}, customer_id, name, status, source_status, created_at, business_day, currency_source,
     amount_total_source, amount_untaxed_source, amount_tax_source, amount_products_source, amount_shipping_source, amount_discount_source,
     amount_other_source, fx_rate, amount_total)
   select ${fact("'order'")}, md5('customer' || 1 + g % ${CUSTOMERS})::uuid, '#' || g, 'completed', 'x', (${dayOf})::timestamptz, ${dayOf},
     'CLP', 119, 100, 19, 119, 0, 0, 0, 1, 119 from generate_series(1, ${ORDERS}) g`,
  `insert into public.source_order_lines (${FACT}, order_id, line_kind, name, quantity, unit_price_source, amount_source,
     amount_untaxed_source, amount_tax_source, amount_discount_source, currency_source)
   select ${fact("'line'")}, md5('order' || g)::uuid, 'product', 'línea', 1, 119, 119, 100, 19, 0, 'CLP' from generate_series(1, ${ORDERS}) g`,
  `insert into kpi.customer_sales_daily (tenant_id, identity_id, day, anonymous, sales, sales_before, sales_without_rate, amount_total,
     amount_untaxed, first_day, first_month, opens_month, first_sale_at, last_sale_at)
   select $1::uuid, md5('customer' || 1 + g % ${CUSTOMERS})::uuid, ${dayOf}, false, 1, 0, 0, 119, 100, ${dayOf}, '2026-01-01', true, now(), now()
   from generate_series(1, ${ORDERS}) g, (select $2::uuid) c on conflict do nothing`,
  `insert into public.conversations (${FACT}, inbox_id, channel, status, created_at, business_day, labels)
   select ${fact("'conversation'")}, md5('inbox')::uuid, 'Web', 'open', now(), '2026-01-01', '{}' from generate_series(1, ${CONVERSATIONS}) g`,
  // A customer, the bot, a person.
  `insert into public.messages (${FACT}, conversation_id, created_at, business_day, direction, private, sender_kind, content_type, status,
     is_deleted, is_reply)
   select ${fact("n || 'message'")}, md5('conversation' || g)::uuid, now() + n * interval '1 minute', '2026-01-01',
     case when n = 1 then 'incoming' else 'outgoing' end, false, (array['contact', 'agent_bot', 'user'])[n], 'text', 'sent', false, n = 3
   from generate_series(1, ${CONVERSATIONS}) g, generate_series(1, 3) n`,
];

let database: TestDatabase;
let writer: pg.Client;
let tenantId: string;

beforeAll(async () => {
  database = await testDatabase();
  const db = new Database({ url: database.url('kpi_writer') });
  const company = await tenantWith(db, ['shopify']);
  await db.close();
  tenantId = company.tenantId;
  writer = new pg.Client({ connectionString: database.url('kpi_writer') });
  await writer.connect();
  await writer.query("select set_config('app.tenant_id', $1, false)", [tenantId]);
  for (const rows of ROWS) await writer.query(rows, [tenantId, company.connections['shopify']]);
});

afterAll(async () => {
  await writer.end();
  await database.close();
});

interface PlanNode {
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that were looked at and thrown away. */
function discarded(node: PlanNode): number {
  const own = (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, child) => sum + discarded(child), own);
}

/** Pairs of rows that were compared and did not belong together. */
function mismatched(node: PlanNode): number {
  const own = (node['Rows Removed by Join Filter'] ?? 0) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, child) => sum + mismatched(child), own);
}

async function plan(text: string, ...values: readonly (readonly string[])[]): Promise<PlanNode> {
  const { rows } = await writer.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (analyze, format json) ${text}`, [
    tenantId,
    ...values,
  ]);
  return rows[0]!['QUERY PLAN'][0].Plan;
}

const tenDays = Array.from({ length: 10 }, (_, i) => `2026-01-${String(i + 1).padStart(2, '0')}`);

test.each(['sales', 'productsSold', 'productsReturned', 'shopErp'] as const)(
  'without statistics the roll-up %s reads the touched days alone',
  async (name) => {
    // Each part of a statement may pass over what another counts: of 200 orders, not of 4,000.
    expect(discarded(await plan(ROLLUPS[name].select, tenDays))).toBeLessThan(ORDERS / 5);
  },
);

test.each(['customerDays', 'customerSales'] as const)(
  'without statistics the roll-up %s reads the touched customers alone',
  async (name) => {
    const { rows } = await writer.query<{ id: string }>('select identity_id as id from public.customer_identities order by 1 limit 50');
    const touched = rows.map(({ id }) => id);
    expect(discarded(await plan(ROLLUPS[name].select, touched))).toBeLessThan(ORDERS / 10);
  },
);

test.each(['handoffs', 'waits', 'conversationDays'] as const)(
  'without statistics the roll-up %s joins its parts by their keys',
  async (name) => {
    const { rows } = await writer.query<{ id: string }>('select id from public.conversations where tenant_id = $1', [tenantId]);
    const found = await plan(
      ROLLUPS[name].select,
      rows.map(({ id }) => id),
    );
    // Of 800 conversations the bot handed over each: a loop over both compares 640,000 pairs.
    expect(mismatched(found)).toBeLessThan(CONVERSATIONS * 10);
  },
);

test('without statistics the documents of a batch find their orders without each looking through those of the others', async () => {
  const { rows: placed } = await writer.query<{ id: string }>('select connection_id as id from public.source_orders limit 1');
  const documents = 2000;
  await writer.query('update public.source_orders set shop_order_id = source_id, shop_order_name = substr(name, 2) where tenant_id = $1', [
    tenantId,
  ]);
  const { rows } = await writer.query<{ id: string }>(
    `insert into public.source_orders (${FACT}, name, status, source_status, created_at, business_day, currency_source, amount_total_source,
       amount_untaxed_source, amount_tax_source, amount_products_source, amount_shipping_source, amount_discount_source, amount_other_source,
       fx_rate, amount_total, shop_order_id, shop_order_name)
     select $1::uuid, md5('document' || g)::uuid, $2::uuid, 'odoo', 'document' || g, now(), 0, 1, 'S' || g, 'completed', 'x', now(), '2026-01-01',
       'CLP', 119, 100, 19, 119, 0, 0, 0, 1, 119, case when g % 2 = 0 then 'order' || g end, g::text
     from generate_series(1, ${documents}) g returning id`,
    [tenantId, placed[0]!.id],
  );
  const ids = rows.map(({ id }) => id);
  expect(discarded(await plan(sqlFile('link-orders'), ids, [], []))).toBeLessThan(10 * documents);
  const { rows: links } = await writer.query<{ n: number }>('select count(*)::int as n from public.order_links');
  expect(links).toEqual([{ n: documents }]);
});
