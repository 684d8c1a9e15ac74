import { columnsOf, type Entity } from '#contract';

/** Tables that are written together, under one lock per tenant. */
export type Family = 'sales' | 'support' | 'automation' | 'inventory';

export interface TableSpec {
  readonly table: string;
  readonly family: Family;
  /**
   * Columns the store computes, by SQL over `s` (the staged row) and `p` (the tenant: `currency`, `time_zone`). They are written
   * with the row and never hashed.
   */
  readonly derived: Readonly<Record<string, string>>;
  /** Whose local day a row without one of its own belongs to, and the column that holds its id. */
  readonly dayOf?: { readonly table: string; readonly column: string };
  /** Source columns that are stored otherwise than stated, by the same SQL. */
  readonly restated?: Readonly<Record<string, string>>;
  /** Derived columns set on insert alone; later statements own them. */
  readonly initial?: Readonly<Record<string, string>>;
  /** A reference by which a row touches what is derived of another: its values before and after are collected (`Effects.touchedBy`). */
  readonly touches?: string;
  /**
   * Columns in which a stored row keeps something of the versions before: SQL over `t` (as stored), `excluded` (the newer version)
   * and $5 (the tenant's time zone).
   */
  readonly sticky?: Readonly<Record<string, string>>;
}

const LOCAL_DAY = { business_day: '(s.created_at at time zone p.time_zone)::date' };

/** What states a date without time is of that day, and of its local noon where an instant is asked for. */
const DATED = {
  day: 'coalesce(s.created_on, (s.created_at at time zone p.time_zone)::date)',
  instant: "coalesce((s.created_on + time '12:00') at time zone p.time_zone, s.created_at)",
};

/** An amount of an invoice in the tenant's currency: as the books of its company have it, where it is in another one. */
const booked = (column: string) => `case when s.currency_source = p.currency then s.${column}
  when s.currency_company = p.currency and s.amount_total_source <> 0
    then round(s.${column} * abs(s.amount_total_company) / s.amount_total_source, (select t.currency_decimals from public.tenants t where t.id = p.tenant_id))
  when s.currency_company = p.currency then 0 end`;

/** An amount in the tenant's currency where the document's is the same; foreign ones are converted by `convert-*.sql`. */
const own = (column: string) => `case when s.currency_source = p.currency then s.${column} end`;

const CITES_A_SHOP_ORDER = "(s.source_is = 'odoo' and (s.shop_order_id is not null or s.shop_order_name is not null))";

/**
 * Whether a message is a person's public reply. Of a user the agent's own row decides, for the list of users that are bots may change
 * after the message was read; where the agent is not known yet, what the message itself was read as.
 */
const IS_REPLY = `case
  when s.direction <> 'outgoing' or s.private then false
  when s.sender_kind = 'echo' then true
  when s.agent_id is null or s.sender_kind not in ('user', 'agent_bot') then false
  else coalesce(
    (select not a.is_bot from public.agents a where a.tenant_id = p.tenant_id and a.id = s.agent_id), s.sender_kind = 'user') end`;

const executionTable = (table: string): TableSpec => ({
  table,
  family: 'automation',
  derived: {
    ...LOCAL_DAY,
    workflow_name: '(select w.name from public.workflows w where w.tenant_id = p.tenant_id and w.id = s.workflow_id)',
  },
  // Some releases of n8n move the start of a waiting run to its resumption, and none says of an ended run that it had waited.
  sticky: {
    created_at: 'least(t.created_at, excluded.created_at)',
    business_day: '(least(t.created_at, excluded.created_at) at time zone $5::text)::date',
    waited: '(t.waited or excluded.waited)',
    duration_ms: 'case when not (t.waited or excluded.waited) then excluded.duration_ms end',
  },
});

/** Which table holds which entity. An entity without a table does not compile. */
export const TABLES: Record<Entity, TableSpec> = {
  order: {
    table: 'public.source_orders',
    family: 'sales',
    restated: { created_at: DATED.instant },
    derived: {
      business_day: DATED.day,
      // What invoices change of it is settled by settle-documents.sql in the same transaction.
      status: 's.stated_status',
      fx_rate: 'case when s.currency_source = p.currency then 1 end',
      fx_date: 'null::date',
      amount_total: own('amount_total_source'),
      amount_untaxed: own('amount_untaxed_source'),
      amount_tax: own('amount_tax_source'),
      amount_products: own('amount_products_source'),
      amount_shipping: own('amount_shipping_source'),
      amount_discount: own('amount_discount_source'),
      amount_other: own('amount_other_source'),
      amount_iva: own('amount_iva_source'),
      amount_exempt: own('amount_exempt_source'),
      amount_ledger: own('amount_ledger_source'),
    },
    // Most orders that cite a shop order turn out to be mirrors, and of most companies the order is the sale and not its invoice; settling
    // corrects the rest in the same transaction.
    initial: {
      speaks: `not ${CITES_A_SHOP_ORDER} and s.invoiced_order_id is null`,
      silent_because: `case when ${CITES_A_SHOP_ORDER} then 'mirror' when s.invoiced_order_id is not null then 'ordered' end`,
    },
  },
  order_line: {
    table: 'public.source_order_lines',
    family: 'sales',
    derived: {},
    dayOf: { table: 'public.source_orders', column: 'order_id' },
    touches: 'order_id',
  },
  refund: {
    table: 'public.refunds',
    family: 'sales',
    touches: 'order_id',
    restated: { created_at: DATED.instant },
    derived: {
      business_day: DATED.day,
      fx_rate: 'case when s.currency_source = p.currency then 1 end',
      fx_date: 'null::date',
      amount_total: own('amount_total_source'),
      amount_untaxed: own('amount_untaxed_source'),
      amount_paid_back: own('amount_paid_back_source'),
      // Settled anew in the same transaction, by settle-replaced.sql.
      amount_replaced_source: '0',
    },
  },
  refund_line: {
    table: 'public.refund_lines',
    family: 'sales',
    derived: {},
    dayOf: { table: 'public.refunds', column: 'refund_id' },
  },
  invoice: {
    table: 'public.invoices',
    family: 'sales',
    derived: {
      amount_total: booked('amount_total_source'),
      amount_untaxed: booked('amount_untaxed_source'),
    },
  },
  invoice_line: { table: 'public.invoice_lines', family: 'sales', derived: {}, touches: 'order_id' },
  order_payment: { table: 'public.order_payments', family: 'sales', derived: LOCAL_DAY },
  payment: { table: 'public.payments', family: 'sales', derived: {} },
  payment_allocation: { table: 'public.payment_allocations', family: 'sales', derived: {} },
  payout: { table: 'public.payouts', family: 'sales', derived: LOCAL_DAY },
  payout_transaction: { table: 'public.payout_transactions', family: 'sales', derived: LOCAL_DAY },
  customer: { table: 'public.customers', family: 'sales', derived: {} },
  abandoned_checkout: { table: 'public.abandoned_checkouts', family: 'sales', derived: LOCAL_DAY },
  exchange_rate: { table: 'public.exchange_rates', family: 'sales', derived: {} },
  product: { table: 'public.products', family: 'inventory', derived: {} },
  location: { table: 'public.locations', family: 'inventory', derived: {} },
  inventory_level: { table: 'public.inventory_levels', family: 'inventory', derived: {} },
  // `follow-inbox-opening` decides, and tells which inboxes changed their hours.
  inbox: { table: 'public.inboxes', family: 'support', derived: {}, initial: { opening: 'null::integer[]', opening_zone: 'null::text' } },
  agent: { table: 'public.agents', family: 'support', derived: {} },
  conversation: {
    table: 'public.conversations',
    family: 'support',
    derived: {
      ...LOCAL_DAY,
      channel: "coalesce((select i.channel from public.inboxes i where i.tenant_id = p.tenant_id and i.id = s.inbox_id), 'Other')",
    },
    initial: { resolved_at: 'null::timestamptz', resolved_at_source: 'null::text', resolved_day: 'null::date' },
  },
  message: {
    table: 'public.messages',
    family: 'support',
    derived: { ...LOCAL_DAY, is_reply: IS_REPLY },
    touches: 'conversation_id',
  },
  conversation_event: { table: 'public.conversation_events', family: 'support', derived: LOCAL_DAY, touches: 'conversation_id' },
  csat_response: {
    table: 'public.csat_responses',
    family: 'support',
    derived: LOCAL_DAY,
    initial: { counts: 'true' },
    touches: 'survey_id',
  },
  workflow: { table: 'public.workflows', family: 'automation', derived: {} },
  execution: { ...executionTable('public.workflow_executions'), initial: { resolved_by_retry: 'false' } },
  execution_other: executionTable('public.workflow_executions_other'),
};

/** The column of `child` that points to `parent`, for tombstoning children a complete parent lacks. */
export function parentColumn(parent: Entity, child: Entity): string | null {
  return columnsOf(child).find((column) => column.ref === parent)?.name ?? null;
}
