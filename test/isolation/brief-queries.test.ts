import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import pg from 'pg';
import { bindCard } from '../../src/dashboards/card-sql.ts';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder } from '../support/seed-rows.ts';

const REVENUE = `SELECT t.rut, t.company_name, SUM(o.amount_total) as total_sales, COUNT(o.id) as total_orders
FROM tenants t LEFT JOIN orders o ON o.tenant_id = t.id
WHERE o.created_at >= NOW() - INTERVAL '30 days'
GROUP BY t.rut, t.company_name ORDER BY total_sales DESC;`;

const TICKETS = `SELECT channel, status, COUNT(*) as total FROM conversations
WHERE tenant_id = {{tenant_id}} AND created_at >= NOW() - INTERVAL '7 days' GROUP BY channel, status;`;

const EXECUTIONS = `SELECT workflow_name, COUNT(*) as executions, AVG(duration_ms) as avg_duration,
       SUM(CASE WHEN status = 'error' THEN 1 ELSE 0 END) as errors
FROM workflow_executions
WHERE tenant_id = {{tenant_id}} AND created_at >= NOW() - INTERVAL '30 days'
GROUP BY workflow_name ORDER BY executions DESC LIMIT 10;`;

const COMPLETED = "SELECT COUNT(*) FROM orders WHERE status = 'completed'";

let database: TestDatabase;
let seeder: RowSeeder;
let reader: pg.Client;
let role: string;
let own: string;
let other: string;

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
  own = await seeder.tenant({ rut: '76042235-5', company_name: 'Tienda Ejemplo' });
  other = await seeder.tenant();
  ({ role } = await withDirectSession(database.adminUrl, async (admin) =>
    createReader(admin, { tenantId: own, roleSecret: database.roleSecret }),
  ));
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const tenant of [own, other]) {
    await seeder.order(tenant, 119_000, { created_at: yesterday });
    await seeder.order(tenant, 59_500, { created_at: yesterday, status: 'refunded' });
    await seeder.order(tenant, 238_000, { created_at: yesterday, source: 'odoo', status: 'open' });
    await seeder.order(tenant, 900_000, { created_at: yesterday, status: 'quotation' });
    await seeder.order(tenant, 119_000, { created_at: yesterday, source: 'odoo', speaks: false, silent_because: 'mirror' });
    await seeder.order(tenant, 30_000, { created_at: yesterday, deleted_at: yesterday, row_hash: null });
    await seeder.order(tenant, 7_000, { created_at: new Date(Date.now() - 31 * 86_400_000) });
    const row = { tenant_id: tenant, created_at: yesterday };
    await seeder.insert('public.conversations', row);
    await seeder.insert('public.conversations', { ...row, status: 'resolved' });
    await seeder.insert('public.conversations', row);
    for (const duration_ms of [100, 300])
      await seeder.insert('public.workflow_executions', { ...row, workflow_name: 'Boletas', duration_ms });
    await seeder.insert('public.workflow_executions', { ...row, workflow_name: 'Boletas', status: 'error' });
  }
});

afterAll(async () => {
  await seeder.close();
  await withDirectSession(database.adminUrl, async (admin) => dropReader(admin, role));
  await database.close();
});

beforeEach(async () => {
  reader = new pg.Client({ connectionString: database.url(role) });
  await reader.connect();
  return async () => reader.end();
});

/** Metabase sends the variable as a text whose type it leaves open; the quotes of a literal are the other way to fill it in. */
const filled = (query: string, tenantId: string): [string, string[]][] => [
  [query.replace('{{tenant_id}}', '$1'), [tenantId]],
  [query.replace('{{tenant_id}}', `'${tenantId}'`), []],
];

describe('the queries of the brief, word for word, through a reader', () => {
  test('revenue: the own company alone, sales alone', async () => {
    const { rows } = await reader.query(REVENUE);
    expect(rows).toEqual([{ rut: '76042235-5', company_name: 'Tienda Ejemplo', total_sales: '416500', total_orders: '3' }]);
  });

  test('tickets by channel and status', async () => {
    for (const [text, values] of filled(TICKETS, own)) {
      const { rows } = await reader.query<{ status: string }>(text, values);
      expect(rows.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
        { channel: 'WhatsApp', status: 'open', total: '2' },
        { channel: 'WhatsApp', status: 'resolved', total: '1' },
      ]);
    }
  });

  test('executions by workflow', async () => {
    for (const [text, values] of filled(EXECUTIONS, own)) {
      const { rows } = await reader.query<{ avg_duration: string }>(text, values);
      expect(rows).toMatchObject([{ workflow_name: 'Boletas', executions: '3', errors: '1' }]);
      expect(Number(rows[0]?.avg_duration)).toBe(200);
    }
  });

  test('count of completed orders', async () => {
    expect((await reader.query(COMPLETED)).rows).toEqual([{ count: '2' }]);
  });

  test('asked about another tenant they answer nothing', async () => {
    for (const query of [TICKETS, EXECUTIONS]) {
      for (const [text, values] of filled(query, other)) expect((await reader.query(text, values)).rows).toEqual([]);
    }
  });
});

describe('the queries and the cards of the rolling window say the same', () => {
  /** A company of its own whose data are covered, asked in one transaction, so that "now" stands still. */
  async function atOneInstant(
    work: (company: { client: pg.Client; tenantId: string; edge: (interval: string, by: string) => Promise<string> }) => Promise<void>,
  ) {
    // Across a change of the clock thirty days are 719 or 721 hours, and only in the company's own zone.
    const tenantId = await seeder.tenant({ time_zone: 'America/Santiago' });
    const { role: name } = await withDirectSession(database.adminUrl, async (admin) =>
      createReader(admin, { tenantId, roleSecret: database.roleSecret }),
    );
    const client = new pg.Client({ connectionString: database.url(name) });
    await client.connect();
    try {
      await client.query('begin');
      const edge = async (interval: string, by: string) =>
        (await client.query<{ at: string }>('select (now() - $1::interval + $2::interval)::text as at', [interval, by])).rows[0]!.at;
      for (const source of ['shopify', 'odoo'])
        await seeder.insert('kpi.freshness', { tenant_id: tenantId, source, covered_until: await edge('0', '0') });
      await work({ client, tenantId, edge });
    } finally {
      await client.end();
      await withDirectSession(database.adminUrl, async (admin) => dropReader(admin, name));
    }
  }

  test('sales: a second inside the thirty days counts in both, a second outside in none', () =>
    atOneInstant(async ({ client, tenantId, edge }) => {
      const sold = async (by: string, total: number, more = {}) =>
        seeder.order(tenantId, total, { created_at: await edge('30 days', by), ...more });
      await sold('1 second', 119_000);
      await sold('0', 1_000);
      await sold('-1 second', 50_000);
      await sold('5 days', 238_000, { source: 'odoo', status: 'open' });
      await sold('6 days', 100, { currency_source: 'USD', fx_rate: null });
      await sold('7 days', 900_000, { status: 'quotation' });
      const { rows: query } = await client.query<{ total_sales: string; total_orders: string }>(REVENUE);
      expect(query).toMatchObject([{ total_sales: '358000', total_orders: '4' }]);
      const { rows: card } = await client.query('select total_sales, total_orders from kpi.revenue_by_tenant');
      const { rows: thirty } = await client.query(
        'select gross_sales as total_sales, orders as total_orders, average_order, orders_without_rate from kpi.sales_30_days',
      );
      expect(card).toEqual([{ total_sales: query[0]?.total_sales, total_orders: query[0]?.total_orders }]);
      // 358.000 over the three orders whose amount is known.
      expect(thirty).toEqual([{ ...card[0], average_order: '119333', orders_without_rate: '1' }]);
    }));

  test('tickets: a second inside the seven days', () =>
    atOneInstant(async ({ client, tenantId, edge }) => {
      for (const by of ['1 second', '0', '-1 second', '3 days'])
        await seeder.insert('public.conversations', { tenant_id: tenantId, created_at: await edge('7 days', by) });
      await seeder.insert('public.conversations', { tenant_id: tenantId, created_at: await edge('7 days', '1 day'), status: 'pending' });
      const [text, values] = filled(TICKETS, tenantId)[0]!;
      const byStatus = (rows: { status: string }[]) => rows.toSorted((a, b) => (a.status < b.status ? -1 : 1));
      const { rows: query } = await client.query<{ status: string }>(text, values);
      const { rows: card } = await client.query<{ status: string }>(
        'select channel, status, last_7_days as total from kpi.tickets_by_channel where last_7_days > 0',
      );
      expect(byStatus(query)).toEqual([
        { channel: 'WhatsApp', status: 'open', total: '3' },
        { channel: 'WhatsApp', status: 'pending', total: '1' },
      ]);
      expect(byStatus(card)).toEqual(byStatus(query));
    }));

  test('executions: a second inside the thirty days', () =>
    atOneInstant(async ({ client, tenantId, edge }) => {
      const workflow_id = await seeder.insert('public.workflows', { tenant_id: tenantId, name: 'Boletas' });
      const ran = async (by: string, more: Record<string, unknown>) =>
        seeder.insert('public.workflow_executions', {
          tenant_id: tenantId,
          workflow_id,
          workflow_name: 'Boletas',
          created_at: await edge('30 days', by),
          ...more,
        });
      await ran('1 second', { duration_ms: 100 });
      await ran('0', { duration_ms: 201 });
      await ran('-1 second', { duration_ms: 9_000 });
      await ran('1 day', { status: 'error', error_category: 'crash' });
      await ran('2 days', { status: 'running' });
      const [text, values] = filled(EXECUTIONS, tenantId)[0]!;
      const { rows: query } = await client.query(text, values);
      const { rows: card } = await client.query(
        'select workflow_name, executions, avg_duration_ms as avg_duration, errors from kpi.executions_by_workflow',
      );
      expect(query).toMatchObject([{ workflow_name: 'Boletas', executions: '4', errors: '1' }]);
      expect(Number((query[0] as { avg_duration: string }).avg_duration)).toBe(150.5);
      expect(card).toEqual(query);
    }));

  test('completed orders are those of status completed among the sales, whatever their day', () =>
    atOneInstant(async ({ client, tenantId, edge }) => {
      for (const status of ['completed', 'completed', 'open', 'refunded', 'cancelled', 'quotation'])
        await seeder.order(tenantId, 1_000, { status, created_at: await edge('90 days', '0') });
      await seeder.order(tenantId, 1_000, { source: 'odoo', speaks: false, silent_because: 'mirror' });
      expect((await client.query(COMPLETED)).rows).toEqual([{ count: '2' }]);
    }));
});

test('under row security the sales of a window come from their index', async () => {
  await seeder.client.query(
    `insert into public.source_orders (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, name, status,
       source_status, created_at, business_day, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source,
       amount_products_source, amount_shipping_source, amount_discount_source, amount_other_source, fx_rate, amount_total)
     select t.id, gen_random_uuid(), t.id, 'shopify', g::text, now(), 0, 1, '#' || g, 'completed', 'PAID/FULFILLED',
       now() - interval '31 days' - g * interval '20 minutes', current_date, 'CLP', 11900, 10000, 1900, 11900, 0, 0, 0, 1, 11900
     from public.tenants t, generate_series(1, 20000) g`,
  );
  await seeder.client.query('vacuum analyze public.source_orders');
  const { rows } = await reader.query<{ 'QUERY PLAN': string }>(`explain ${REVENUE}`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('source_orders_sales');
  expect(plan).not.toContain('Seq Scan on source_orders');
});

describe('the móvil cards', () => {
  const shown = async (dashboard: string, key: string) => {
    const card = DASHBOARDS.find((one) => one.key === dashboard)?.cards.find((one) => one.key === key);
    if (card === undefined) throw new Error(`${dashboard} has no card ${key}`);
    const { text, values } = bindCard(card, {});
    return (await reader.query<Record<string, string | null>>(text, [...values])).rows;
  };

  test('show the revenue of the query, once the data cover its window', async () => {
    const { rows } = await reader.query<Record<string, string>>(REVENUE);
    const total = (row: Record<string, string | null>) => [row['total_sales'], row['total_orders']];
    expect((await shown('ejecutiva', 'revenue-by-tenant')).map(total)).toEqual([[null, null]]);
    await seeder.insert('kpi.freshness', { tenant_id: own, covered_from: new Date(0), covered_until: new Date() });
    expect((await shown('ejecutiva', 'revenue-by-tenant')).map(total)).toEqual(rows.map(total));
    for (const dashboard of ['tenant', 'ventas'])
      expect((await shown(dashboard, 'sales-30-days')).map((row) => [row['gross_sales'], row['orders']])).toEqual(rows.map(total));
  });

  test('show the tickets of the query, with their status in Spanish', async () => {
    const spanish: Record<string, string> = { open: 'Abierta', resolved: 'Resuelta', pending: 'Con el bot', snoozed: 'Pospuesta' };
    const { rows } = await reader.query<Record<string, string>>(...(filled(TICKETS, own)[0] ?? ['', []]));
    const expected = new Set(rows.map((row) => JSON.stringify([row['channel'], spanish[row['status'] ?? ''], row['total']])));
    for (const dashboard of ['tenant', 'soporte']) {
      const cards = (await shown(dashboard, 'tickets-by-channel')).filter((row) => row['last_7_days'] !== '0');
      expect(new Set(cards.map((row) => JSON.stringify([row['channel'], row['status'], row['last_7_days']])))).toEqual(expected);
    }
  });

  test('show the executions of the query', async () => {
    const { rows } = await reader.query<Record<string, string>>(...(filled(EXECUTIONS, own)[0] ?? ['', []]));
    for (const dashboard of ['tenant', 'automatizaciones']) {
      const cards = await shown(dashboard, 'workflows-30-days');
      expect(cards.map((row) => [row['workflow_name'], row['executions'], row['avg_duration_ms'], row['errors']])).toEqual(
        rows.map((row) => [row['workflow_name'], row['executions'], row['avg_duration'], row['errors']]),
      );
    }
  });
});
