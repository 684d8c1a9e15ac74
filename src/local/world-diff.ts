import type { ExpectedRow } from '../sandbox/world/model.ts';
import type { Database } from '../store/database.ts';

/** One cell in which the warehouse and the simulated world differ; `column` is null for a missing or surplus row. */
export interface WorldDifference {
  readonly tenant_id: string;
  readonly table: string;
  readonly source_id: string;
  readonly column: string | null;
  readonly world: string | null;
  readonly warehouse: string | null;
}

// A reference column holds a uuid; the world states the source id of the record it points to.
const REFERENCES: Readonly<Record<string, string>> = {
  order_id: 'public.source_orders',
  invoiced_order_id: 'public.source_orders',
  invoice_id: 'public.invoices',
  reversed_invoice_id: 'public.invoices',
  debited_invoice_id: 'public.invoices',
  order_line_id: 'public.source_order_lines',
  refund_id: 'public.refunds',
  payment_id: 'public.payments',
  payout_id: 'public.payouts',
  order_payment_id: 'public.order_payments',
  customer_id: 'public.customers',
  billed_to_id: 'public.customers',
  commercial_id: 'public.customers',
  product_id: 'public.products',
  location_id: 'public.locations',
  inbox_id: 'public.inboxes',
  assignee_id: 'public.agents',
  agent_id: 'public.agents',
  conversation_id: 'public.conversations',
  workflow_id: 'public.workflows',
  survey_id: 'public.messages',
};

// An identity is spelled by the customers that are it.
const IDENTITY = `(select string_agg(c.source || ':' || c.source_id, ' ' order by (c.source || ':' || c.source_id) collate "C")
  from public.customer_identities i join public.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
  where i.tenant_id = t.tenant_id and i.identity_id = t.identity_id)`;

// Roll-ups have no source id: their key is spelled the way the world spells it.
const CONVERSATION = '(select c.source_id from public.conversations c where c.tenant_id = t.tenant_id and c.id = t.conversation_id)';
const KEYS: Readonly<Record<string, string>> = {
  'public.conversation_status_history': `${CONVERSATION} || '|' || t.ordinal`,
  'public.sla_results': `${CONVERSATION} || '|' || t.promise`,
  'kpi.handoffs': `${CONVERSATION} || '|' || t.ordinal`,
  'kpi.waits': `${CONVERSATION} || '|' || t.ordinal`,
  'kpi.conversation_days': `${CONVERSATION} || '|' || t.day || '|'
    || coalesce((select a.source_id from public.agents a where a.tenant_id = t.tenant_id and a.id = t.agent_id), t.sender)`,
  'public.user_tenants': 't.user_id',
  'kpi.sales_daily': "t.day || '|' || t.source",
  'kpi.product_days': `t.day || '|' || coalesce(
    (select p.source || ':' || p.source_id from public.products p where p.tenant_id = t.tenant_id and p.id = t.product_id), t.product_ref) || '|' || t.movement`,
  'kpi.customer_sales': IDENTITY,
  'kpi.customer_sales_daily': `${IDENTITY} || '|' || t.day`,
  'kpi.carts': `coalesce(
    (select 'shopify:' || a.source_id from public.abandoned_checkouts a where a.tenant_id = t.tenant_id and a.id = t.cart_id),
    (select 'odoo:' || o.source_id from public.source_orders o where o.tenant_id = t.tenant_id and o.id = t.cart_id))`,
  'kpi.conversations_daily': "t.day || '|' || t.channel",
  'public.inventory_snapshots':
    "t.day || '|' || t.source || '|' || (select p.source_id from public.products p where p.tenant_id = t.tenant_id and p.id = t.product_id)" +
    " || '|' || (select l.source_id from public.locations l where l.tenant_id = t.tenant_id and l.id = t.location_id)",
  'kpi.stock_daily':
    "t.day || '|' || t.source || '|' || (select l.source_id from public.locations l where l.tenant_id = t.tenant_id and l.id = t.location_id)",
  'kpi.execution_latency_daily': 't.day::text',
  'kpi.executions_daily':
    "t.day || '|' || (select w.source_id from public.workflows w where w.tenant_id = t.tenant_id and w.id = t.workflow_id)",
};

// Cells that the world states with a row and the warehouse keeps in another table.
const user = (column: string) => `(select u.${column} from public.users u where u.id = t.user_id)`;
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'public.user_tenants': { banned: user('banned'), locked: user('locked'), last_sign_in_day: user('last_sign_in_day::text') },
};

/**
 * Compares every stated cell of one tenant's table with the world, both ways: a row the world does not know is a difference too.
 * Rows are keyed by source and source id where a table holds several sources.
 */
export async function diffTable(
  db: Database,
  tenantId: string,
  table: string,
  expected: readonly ExpectedRow[],
): Promise<WorldDifference[]> {
  const columns = [...new Set(expected.flatMap((row) => Object.keys(row.values)))];
  const rollup = KEYS[table];
  const key = rollup ?? 't.source_id';
  const types = await columnTypes(db, tenantId, table);
  const selected = columns.map((column) => `${textOf(table, column, types.get(column))} as "${column}"`);
  const alive = rollup === undefined && table !== 'public.orders' ? 'and t.deleted_at is null' : '';
  const text = `select ${key} as source_key${selected.map((s) => `, ${s}`).join('')} from ${table} t where t.tenant_id = $1 ${alive}`;
  const rows = await db.transaction(tenantId, async ({ query }) => (await query<Record<string, unknown>>(text, [tenantId])).rows);
  const found = new Map<string, Record<string, unknown>[]>();
  for (const row of rows) {
    const id = String(row['source_key']);
    found.set(id, [...(found.get(id) ?? []), row]);
  }
  const differences: WorldDifference[] = [];
  const report = (sourceId: string, column: string | null, world: string | null, warehouse: string | null) =>
    differences.push({ tenant_id: tenantId, table, source_id: sourceId, column, world, warehouse });
  for (const want of expected) {
    const candidates = found.get(want.sourceId) ?? [];
    // Two sources may use one id in one table: the row that fits best is the one meant.
    const best = candidates
      .map((row) => ({ row, wrong: columns.filter((c) => c in want.values && canonical(row[c], types.get(c)) !== want.values[c]) }))
      .sort((a, b) => a.wrong.length - b.wrong.length)[0];
    if (best === undefined) report(want.sourceId, null, 'present', null);
    else {
      for (const column of best.wrong)
        report(want.sourceId, column, want.values[column] ?? null, canonical(best.row[column], types.get(column)));
      candidates.splice(candidates.indexOf(best.row), 1);
    }
  }
  for (const [sourceId, left] of found) for (const _ of left) report(sourceId, null, null, 'present');
  return differences;
}

function textOf(table: string, column: string, type: string | undefined): string {
  const elsewhere = ELSEWHERE[table]?.[column];
  if (elsewhere !== undefined) return elsewhere;
  const target = table.startsWith('kpi.') ? undefined : REFERENCES[column];
  if (target !== undefined) return `(select r.source_id from ${target} r where r.tenant_id = t.tenant_id and r.id = t.${column})`;
  // A Date of JavaScript would lose the microseconds.
  if (type === 'timestamp with time zone') return `to_char(t.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `t.${column}`;
}

async function columnTypes(db: Database, tenantId: string, table: string): Promise<Map<string, string>> {
  const [schema, name] = table.split('.');
  const text = 'select column_name, data_type from information_schema.columns where table_schema = $1 and table_name = $2';
  const rows = await db.transaction(
    tenantId,
    async ({ query }) => (await query<{ column_name: string; data_type: string }>(text, [schema, name])).rows,
  );
  return new Map(rows.map((row) => [row.column_name, row.data_type]));
}

/** A value as the world writes it: numbers without trailing zeros, instants with six decimals, lists as JSON. */
function canonical(value: unknown, type: string | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return localDate(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return type === 'numeric' && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** node-postgres gives a date as local midnight. */
function localDate(value: Date): string {
  return `${value.getFullYear()}-${String(value.getMonth() + 1).padStart(2, '0')}-${String(value.getDate()).padStart(2, '0')}`;
}
