import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

export type Values = Readonly<Record<string, unknown>>;

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

/** What a required column gets when a test does not care, by type. */
const ANY: Record<string, () => unknown> = {
  uuid: () => randomUUID(),
  text: () => 'x',
  bytea: () => randomBytes(32),
  boolean: () => false,
  jsonb: () => ({}),
  'text[]': () => [],
  date: () => '2025-11-28',
  'timestamp with time zone': () => new Date(),
};

/** Words that check constraints ask for, and what makes a row an ordinary one. */
const ORDINARY: Record<string, Values> = {
  'public.tenants': {
    rut_valid: true,
    currency: 'CLP',
    currency_decimals: 0,
    time_zone: 'America/Santiago',
    company_name: 'Tienda Ejemplo',
  },
  'public.source_orders': { source: 'shopify', status: 'completed', currency_source: 'CLP', fx_rate: 1 },
  'public.source_order_lines': { source: 'shopify', line_kind: 'product', currency_source: 'CLP', quantity: 1, units: 1 },
  'public.refunds': { source: 'shopify', currency_source: 'CLP', fx_rate: 1, counts: true },
  'public.invoices': {
    source: 'odoo',
    kind: 'invoice',
    state: 'posted',
    invoice_date: '2025-11-28',
    currency_source: 'CLP',
    currency_company: 'CLP',
  },
  'public.invoice_lines': { source: 'odoo', currency_source: 'CLP', quantity: 1 },
  'public.payments': { source: 'odoo', direction: 'inbound', state: 'posted', currency_source: 'CLP', currency_company: 'CLP' },
  'public.payment_allocations': { source: 'odoo', currency_company: 'CLP' },
  'public.payouts': { source: 'shopify', direction: 'deposit', currency_source: 'CLP' },
  'public.payout_transactions': { source: 'shopify', currency_source: 'CLP' },
  'public.refund_lines': { source: 'shopify', currency_source: 'CLP', quantity: 1 },
  'public.products': { source: 'shopify', kind: 'storable', active: true, tracked: true },
  'public.locations': { source: 'shopify', usage: 'internal', active: true, counts_stock: true },
  'public.inventory_levels': { source: 'shopify' },
  'public.conversations': { source: 'chatwoot', channel: 'WhatsApp', status: 'open' },
  'public.workflows': { source: 'n8n', active: true, saves_successes: true },
  'public.workflow_executions': { source: 'n8n', status: 'success', source_status: 'success', mode: 'trigger' },
  'kpi.location_settings': { sells: true },
  'kpi.executions_daily': { keeps_successes: true },
  'public.order_links': { rule: 'id' },
  'ops.order_groups': { kind: 'pair', shop_orders: [], erp_orders: [], surplus: [] },
  'public.user_tenants': { because: 'organization' },
  'kpi.shared_keys': { kind: 'email' },
  'kpi.customer_sales': { sales: 20, anonymous: true },
  'kpi.freshness': { source: 'shopify', stream: 'orders', state: 'ok' },
  'kpi.product_days': { movement: 'sale' },
  'kpi.handoffs': { direction: 'to_human', via: 'message' },
  'public.sla_results': { promise: 'first_response', clock: 'business' },
  'ops.tenant_write': { family: 'sales' },
  'ops.connections': { source: 'shopify' },
  'ops.link_decisions': { decision: 'link', reason: 'x' },
  'ops.recomputations': { tables: ['public.refunds'] },
  'ops.streams': { stream: 'orders', lane: 'live' },
  'ops.backfills': { range_from: '2025-11-01', range_until: '2025-12-01' },
  'ops.api_budget': { tokens: 1, rate_per_second: 1, burst: 1 },
  'ops.backfill_slices': { slice: 1 },
  'ops.erased': { kind: 'email' },
  'ops.tenant_jobs': { kind: 'export', state: 'done' },
  'ops.privacy_requests': { topic: 'redact' },
  'ops.retention': { kind: 'runs', source: '', stream: '', days: 90 },
  'ops.swept_records': { look: 'gone' },
  'ops.verified_days': { state: 'verified' },
  'ops.finding_states': { state: 'open', class: 'amount', finding: {} },
  'ops.alert_rules': { severity: 'warning' },
  'ops.alert_states': { state: 'firing' },
  'ops.alert_deliveries': { event: 'firing' },
  'ops.alert_events': { event: 'firing' },
  'ops.reader_passwords': { generation: 2 },
  'ops.report_schedules': { cadence: 'daily', local_time: '07:00', route: 'gerencia' },
  'ops.metabase_objects': { kind: 'card', metabase_id: 1 },
};

/** Puts rows into any table of the warehouse as the superuser; a test names only the columns it is about. */
export class RowSeeder {
  readonly client: pg.Client;
  readonly #columns = new Map<string, readonly ColumnInfo[]>();

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async open(adminUrl: string): Promise<RowSeeder> {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    return new RowSeeder(client);
  }

  /** Returns the row's `id`, if the table has one. */
  async insert(table: string, values: Values): Promise<string> {
    const row: Record<string, unknown> = { ...ORDINARY[table], ...values };
    for (const { name, type, required } of await this.columns(table)) {
      if (required && !(name in row)) row[name] = ANY[type]?.() ?? 0;
    }
    const names = Object.keys(row);
    const text = `insert into ${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning *`;
    const inserted = (await this.client.query<{ id?: string }>(text, Object.values(row))).rows[0];
    return String(inserted?.id);
  }

  /** A tenant with a RUT of its own. */
  async tenant(values: Values = {}): Promise<string> {
    return this.insert('public.tenants', { rut: `${10_000_000 + Math.floor(Math.random() * 80_000_000)}-0`, ...values });
  }

  /** A document of `total`, 19 % of tax included, all of it products. `rate` null: it could not be converted. */
  async order(tenantId: string, total: number, values: Values = {}): Promise<string> {
    const rate = 'fx_rate' in values ? (values['fx_rate'] as number | null) : 1;
    const untaxed = Math.round(total / 1.19);
    const own = (amount: number) => (rate === null ? null : Math.round(amount * rate));
    const name = `#${Math.floor(Math.random() * 1e9)}`;
    return this.insert('public.source_orders', {
      tenant_id: tenantId,
      source_id: name.slice(1),
      name,
      stated_status: values['status'] ?? ORDINARY['public.source_orders']?.['status'],
      amount_total_source: total,
      amount_untaxed_source: untaxed,
      amount_tax_source: total - untaxed,
      amount_products_source: total,
      amount_total: own(total),
      amount_untaxed: own(untaxed),
      amount_tax: rate === null ? null : Math.round(total * rate) - Math.round(untaxed * rate),
      amount_products: own(total),
      amount_shipping: own(0),
      amount_discount: own(0),
      amount_other: own(0),
      ...values,
    });
  }

  async columns(table: string): Promise<readonly ColumnInfo[]> {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    const { rows } = await this.client.query<{ name: string; type: string; required: boolean }>(
      `select attname as name, format_type(atttypid, null) as type, attnotnull and not atthasdef and attidentity = '' as required
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
      [table],
    );
    this.#columns.set(table, rows);
    return rows;
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
