import { sqlFile } from './sql-file.ts';
import type { Family } from './tables.ts';

export interface Rollup {
  readonly table: string;
  /** The family of the facts it counts, under whose lock it is kept. */
  readonly family: Family;
  readonly key: readonly string[];
  readonly measures: readonly string[];
  /** Which rows of the table these are, as a condition without alias, where not all of them. */
  readonly rows?: string;
  /** The column of the key by which a change touches it, and that column's type: all rows of a touched value are made anew. */
  readonly touch: { readonly column: string; readonly type: 'date' | 'uuid' | 'text' };
  /** Select over the facts of tenant $1 and the touched values $2, an array of the touch type (null: all). */
  readonly select: string;
  /** Select over tenant $1: the touched values there may be, as `key`, where the select above takes long to find them. */
  readonly keys?: string;
  /** Where several roll-ups rest on the same facts: the `with` clause that computes them all, and this one's part of it. */
  readonly part?: { readonly of: string; readonly name: string };
}

/** A roll-up that is one part of a statement that reads the facts of several. */
const partOf = (file: string, name: string) => {
  const of = sqlFile(file);
  return { select: `${of} select * from ${name}`, part: { of, name } };
};

const BY_DAY = { column: 'day', type: 'date' } as const;
const BY_CONVERSATION = { column: 'conversation_id', type: 'uuid' } as const;
/** Days of a roll-up, and those of the documents that it counts. */
const daysOf = (table: string, ...documents: string[]) =>
  [
    `select day as key from ${table} where tenant_id = $1`,
    ...documents.map((name) => `select business_day from ${name} where tenant_id = $1`),
  ].join(' union ');
/** Conversations that a table has rows of, or must have. */
export const conversationsOf = (table: string) => `select conversation_id as key from ${table} where tenant_id = $1
  union select id from public.conversations where tenant_id = $1 and deleted_at is null`;
const BY_IDENTITY = { column: 'identity_id', type: 'uuid' } as const;
const identitiesOf = (table: string) => `select identity_id as key from ${table} where tenant_id = $1
  union select identity_id from public.customer_identities where tenant_id = $1`;

/** What was sold and what was given back are kept apart, each by its own days: one refund is no reason to add up a day's sales. */
const PRODUCT_DAYS = {
  table: 'kpi.product_days',
  family: 'sales',
  key: ['day', 'product_ref', 'movement'],
  measures: [
    'product_id',
    'sku',
    'name',
    'lines',
    'lines_without_units',
    'lines_without_rate',
    'units_sold',
    'units_returned',
    'amount_sold',
    'amount_returned',
  ],
  touch: BY_DAY,
} as const;

const CUSTOMER_DAYS = sqlFile('aggregate-customer-days');
const CUSTOMER_SALES = sqlFile('aggregate-customer-sales');
/** A batch adds up the days that it makes anew; a rebuild, which has put them right before, those that are stored. */
const BOTH_OF_CUSTOMERS = `with daily as materialized (${CUSTOMER_DAYS}), total as (${CUSTOMER_SALES})`;

/** The roll-ups, each with the key by which it is touched; one that reads another comes after it. */
export const ROLLUPS = {
  sales: {
    table: 'kpi.sales_daily',
    family: 'sales',
    key: ['day', 'source'],
    measures: [
      'orders',
      'orders_without_rate',
      'amount_total',
      'amount_untaxed',
      'orders_unpaid',
      'amount_unpaid',
      'orders_partly_paid',
      'refunds',
      'refunds_amount',
      'refunds_untaxed',
    ],
    touch: BY_DAY,
    select: sqlFile('aggregate-sales'),
    keys: daysOf('kpi.sales_daily', 'public.source_orders', 'public.refunds'),
  },
  productsSold: {
    ...PRODUCT_DAYS,
    rows: "movement = 'sale'",
    select: sqlFile('aggregate-products-sold'),
    keys: daysOf('kpi.product_days', 'public.source_orders'),
  },
  productsReturned: {
    ...PRODUCT_DAYS,
    rows: "movement = 'return'",
    select: sqlFile('aggregate-products-returned'),
    keys: daysOf('kpi.product_days', 'public.refunds'),
  },
  shopErp: {
    table: 'kpi.shop_erp_daily',
    family: 'sales',
    key: ['day'],
    measures: [
      'shop_orders',
      'shop_amount',
      'erp_orders',
      'erp_amount',
      'linked',
      'differing',
      'difference',
      'difference_absolute',
      'without_erp',
      'without_erp_amount',
      'without_shop',
      'without_shop_amount',
      'duplicates',
      'duplicates_amount',
      'status_differs',
      'status_amount',
    ],
    touch: BY_DAY,
    select: sqlFile('aggregate-shop-erp'),
    keys: daysOf('kpi.shop_erp_daily', 'public.source_orders'),
  },
  customerDays: {
    table: 'kpi.customer_sales_daily',
    family: 'sales',
    key: ['identity_id', 'day'],
    measures: [
      'anonymous',
      'sales',
      'sales_before',
      'sales_without_rate',
      'amount_total',
      'amount_untaxed',
      'first_day',
      'first_month',
      'opens_month',
      'first_sale_at',
      'last_sale_at',
    ],
    touch: BY_IDENTITY,
    select: CUSTOMER_DAYS,
    part: { of: BOTH_OF_CUSTOMERS, name: 'daily' },
    keys: identitiesOf('kpi.customer_sales_daily'),
  },
  customerSales: {
    table: 'kpi.customer_sales',
    family: 'sales',
    key: ['identity_id'],
    measures: [
      'anonymous',
      'sales',
      'sales_without_rate',
      'amount_total',
      'amount_untaxed',
      'first_day',
      'last_day',
      'first_sale_at',
      'last_sale_at',
    ],
    touch: BY_IDENTITY,
    select: `with daily as (${sqlFile('stored-customer-days')}) ${CUSTOMER_SALES}`,
    part: { of: BOTH_OF_CUSTOMERS, name: 'total' },
    keys: identitiesOf('kpi.customer_sales'),
  },
  carts: {
    table: 'kpi.carts',
    family: 'sales',
    key: ['identity_id', 'cart_id'],
    measures: [
      'source',
      'carts',
      'opened_at',
      'day',
      'changed_at',
      'completed_at',
      'completed_day',
      'bought_at',
      'currency_source',
      'amount_total_source',
      'amount_total',
    ],
    touch: BY_IDENTITY,
    select: sqlFile('aggregate-carts'),
    keys: identitiesOf('kpi.carts'),
  },
  conversations: {
    table: 'kpi.conversations_daily',
    family: 'support',
    key: ['day', 'channel'],
    measures: ['opened', 'open', 'resolved', 'pending', 'snoozed'],
    touch: BY_DAY,
    select: sqlFile('aggregate-conversations'),
  },
  handoffs: {
    table: 'kpi.handoffs',
    family: 'support',
    key: ['conversation_id', 'ordinal'],
    measures: ['direction', 'at', 'day', 'via', 'channel'],
    touch: BY_CONVERSATION,
    keys: conversationsOf('kpi.handoffs'),
    ...partOf('aggregate-support', 'handoffs'),
  },
  waits: {
    table: 'kpi.waits',
    family: 'support',
    key: ['conversation_id', 'ordinal'],
    measures: [
      'channel',
      'started_at',
      'ended_at',
      'ended_by',
      'day',
      'agent_id',
      'is_first',
      'wall_seconds',
      'business_seconds',
      'first_response_seconds',
      'first_response_business_seconds',
    ],
    touch: BY_CONVERSATION,
    keys: conversationsOf('kpi.waits'),
    ...partOf('aggregate-support', 'waits'),
  },
  conversationDays: {
    table: 'kpi.conversation_days',
    family: 'support',
    key: ['conversation_id', 'day', 'sender'],
    measures: ['agent_id', 'channel', 'incoming', 'outgoing', 'templates', 'failed', 'replies'],
    touch: BY_CONVERSATION,
    keys: conversationsOf('kpi.conversation_days'),
    ...partOf('aggregate-support', 'conversation_days'),
  },
  executions: {
    table: 'kpi.executions_daily',
    family: 'automation',
    key: ['day', 'workflow_id'],
    measures: [
      'executions',
      'success',
      'errors',
      'errors_resolved',
      'crashed',
      'canceled',
      'running',
      'duration_ms_sum',
      'duration_ms_count',
      'keeps_successes',
    ],
    touch: BY_DAY,
    select: sqlFile('aggregate-executions'),
  },
  latency: {
    table: 'kpi.execution_latency_daily',
    family: 'automation',
    key: ['day'],
    measures: ['runs', 'duration_ms_sum', 'p50_ms', 'p95_ms'],
    touch: BY_DAY,
    select: sqlFile('aggregate-latency'),
  },
  stock: {
    table: 'kpi.stock_daily',
    family: 'inventory',
    key: ['day', 'location_id', 'connection_id', 'source'],
    measures: ['on_hand', 'reserved', 'available', 'products'],
    touch: BY_DAY,
    select: sqlFile('aggregate-stock'),
  },
} as const satisfies Record<string, Rollup>;
