import { createHash } from 'node:crypto';
import pg from 'pg';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder, type Values } from '../support/seed-rows.ts';

export interface Side {
  readonly tenantId: string;
  readonly role: string;
  /** Stands in texts of this tenant's rows and nowhere else. */
  readonly mark: string;
}

/** Numbers are shown for days wholly covered, and the rows here are of today. */
const AHEAD = new Date(Date.now() + 2 * 86_400_000);

/** Which table a reference points to, so that the rows of a tenant belong together and the views have something to show. */
const REFERENCES: Readonly<Record<string, string>> = {
  order_id: 'public.source_orders',
  order_line_id: 'public.source_order_lines',
  refund_id: 'public.refunds',
  product_id: 'public.products',
  location_id: 'public.locations',
  conversation_id: 'public.conversations',
  workflow_id: 'public.workflows',
  inbox_id: 'public.inboxes',
  erp_order_id: 'public.source_orders',
  connection_id: 'ops.connections',
  run_id: 'ops.runs',
  backfill_id: 'ops.backfills',
  reconciliation_id: 'ops.reconciliations',
};

const COVERED = [
  ['chatwoot', 'conversations'],
  ['chatwoot', 'csat_responses'],
  ['n8n', 'executions'],
  ['odoo', 'inventory_levels'],
  ['shopify', 'abandoned_checkouts'],
] as const;

/** Two tenants with a row in every table that has a tenant, whatever tables there are, and the reader of each. */
export class TwoTenants {
  readonly database: TestDatabase;
  readonly seeder: RowSeeder;
  readonly a: Side;
  readonly b: Side;
  readonly #open: pg.Client[] = [];

  private constructor(database: TestDatabase, seeder: RowSeeder, sides: { a: Side; b: Side }) {
    this.database = database;
    this.seeder = seeder;
    this.a = sides.a;
    this.b = sides.b;
  }

  static async open(): Promise<TwoTenants> {
    const database = await testDatabase();
    const seeder = await RowSeeder.open(database.adminUrl);
    const a = await addSide(database, seeder, 'ANA');
    const b = await addSide(database, seeder, 'BETO');
    await seeder.client.query('analyze');
    return new TwoTenants(database, seeder, { a, b });
  }

  /** A connection as a role; closed with the rest. */
  async connect(role: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.database.url(role) });
    await client.connect();
    this.#open.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#open) await client.end();
    await this.seeder.close();
    await withDirectSession(this.database.adminUrl, async (admin) => {
      await dropReader(admin, this.a.role);
      await dropReader(admin, this.b.role);
    });
    await this.database.close();
  }
}

async function addSide(database: TestDatabase, seeder: RowSeeder, mark: string): Promise<Side> {
  const tenantId = await seeder.tenant({ company_name: `Empresa ${mark}` });
  const { rows } = await seeder.client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'kpi', 'raw', 'ops') order by 1`,
  );
  for (const { name } of rows) await addRows(seeder, name, tenantId, mark);
  // Every subject is covered, or its views would have nothing to show.
  for (const [source, stream] of COVERED)
    await seeder.insert('kpi.freshness', { tenant_id: tenantId, source, stream, last_success_at: new Date(), covered_until: AHEAD });
  // Users belong to no tenant; public.user_tenants says whose they are.
  await seeder.insert('public.users', { id: `user_${mark}` });
  await seeder.insert('public.users', { id: `user_${mark}_gone`, deleted_at: new Date() });
  await seeder.insert('public.products', { tenant_id: tenantId, sku: mark, connection_id: idOf(tenantId, 'ops.connections') });
  // Some views need both sides.
  await seeder.insert('kpi.freshness', {
    tenant_id: tenantId,
    source: 'odoo',
    problem: mark,
    problem_es: mark,
    connection_id: idOf(tenantId, 'odoo'),
    covered_until: AHEAD,
  });
  // What views of what is covered need beside a row of each table.
  const account = { tenant_id: tenantId, connection_id: idOf(tenantId, 'ops.connections'), covered_until: AHEAD };
  for (const stream of ['executions', 'workflows']) await seeder.insert('kpi.freshness', { ...account, source: 'n8n', stream });
  await seeder.insert('kpi.freshness', { ...account, stream: 'inventory_levels' });
  await seeder.insert('public.workflow_executions', { tenant_id: tenantId, status: 'error', workflow_name: mark });
  const reader = await withDirectSession(database.adminUrl, async (admin) =>
    createReader(admin, { tenantId, roleSecret: database.roleSecret }),
  );
  return { tenantId, role: reader.role, mark };
}

async function addRows(seeder: RowSeeder, table: string, tenantId: string, mark: string): Promise<void> {
  const row: Record<string, unknown> = { tenant_id: tenantId };
  const columns = await seeder.columns(table);
  for (const { name, type } of columns) {
    if (type === 'uuid' && name === 'id') row['id'] = idOf(tenantId, table);
    if (type === 'uuid' && name in REFERENCES) row[name] = idOf(tenantId, REFERENCES[name] ?? '');
    if (name === 'amount_ledger_source') row[name] = 1;
    // Within the rolling windows.
    if (type === 'date' && name === 'day') row[name] = new Date();
    if (type === 'text' && name === 'user_id') row[name] = `user_${mark}`;
    if (type === 'text' && ['name', 'sku', 'workflow_name', 'comuna', 'team', 'problem'].includes(name)) row[name] = mark;
  }
  if (table === 'kpi.freshness') Object.assign(row, { covered_from: '2025-01-01T00:00:00Z', covered_until: AHEAD });
  await seeder.insert(table, row);
  if (columns.some((column) => column.name === 'deleted_at')) {
    const gone: Values = { ...row, id: idOf(tenantId, `${table} deleted`), deleted_at: new Date(), row_hash: null };
    await seeder.insert(table, gone);
  }
}

/** The same id for the same tenant and table, in the form of a uuid. */
function idOf(tenantId: string, table: string): string {
  return createHash('sha256')
    .update(`${tenantId} ${table}`)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
