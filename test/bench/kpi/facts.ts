/** Rows of one table for every tenant, written as SQL: `t` is the tenant, `p` the parameters (`orders` a tenant, `until`), `n` the row. */
export interface Filling {
  readonly table: string;
  readonly source: 'shopify' | 'odoo' | 'chatwoot' | 'n8n';
  /** Rows of a tenant: a from item that names `n`, and `at`, the instant of the row. */
  readonly rows: string;
  /** The kind of record; its id is a hash of tenant, kind, source and number, so that others find it without a look-up. */
  readonly kind: string;
  /** Rows of a tenant lie together, as those of a list that is read page by page; else they lie in the order of their time. */
  readonly together?: true;
  readonly columns: Readonly<Record<string, string>>;
}

const DAYS = 730;
const PRODUCTS = 300;

/** The id of a record, as every filling makes it. */
const id = (kind: string, source: string, n: string) => `md5(t.id || '${kind}' || '${source}' || (${n}))::uuid`;
/** A number that looks random and is the same in every run. */
const mixed = (n: string, range: number, salt = 0) => `(((${n})::bigint * 2654435761 + ${salt}) / 65536 % ${range})`;
const spread = (count: string) => `p.until - ((${count}) - n) * (interval '${DAYS} days' / (${count})) - interval '1 minute'`;
const series = (count: string) => `generate_series(1, ${count}) n cross join lateral (select ${spread(count)} as at) a`;
const localDay = "(a.at at time zone 'America/Santiago')::date";

// Of ten documents six are the shop's, two their mirrors in Odoo, two Odoo's own.
const shopOrder = 'n % 10 < 6';
const total = `(5000 + ${mixed('n', 97)} * 1000)`;
const orders = (source: 'shopify' | 'odoo', which: string, more: Record<string, string>): Filling => ({
  table: 'public.source_orders',
  source,
  rows: `${series('p.orders')} cross join lateral (select ${total} as total, round(${total} / 1.19) as untaxed) m where ${which}`,
  kind: 'order',
  columns: {
    name: source === 'shopify' ? "'#' || n" : "'S' || n",
    status: "(array['completed', 'completed', 'completed', 'open', 'refunded', 'completed', 'completed', 'cancelled'])[1 + n % 8]",
    payment_state: "'paid'",
    source_status: "'x'",
    created_at: 'a.at',
    business_day: localDay,
    currency_source: "'CLP'",
    amount_total_source: 'm.total',
    amount_untaxed_source: 'm.untaxed',
    amount_tax_source: 'm.total - m.untaxed',
    amount_products_source: 'm.total',
    amount_shipping_source: '0',
    amount_discount_source: '0',
    amount_other_source: '0',
    fx_rate: '1',
    amount_total: 'm.total',
    amount_untaxed: 'm.untaxed',
    amount_tax: 'm.total - m.untaxed',
    amount_products: 'm.total',
    amount_shipping: '0',
    amount_discount: '0',
    amount_other: '0',
    customer_id: id('customer', source, mixed('n', 8000)),
    channel: "'web'",
    ...more,
  },
});

const lines = (source: 'shopify' | 'odoo', which: string): Filling => ({
  table: 'public.source_order_lines',
  source,
  rows: `${series('p.orders')} cross join lateral generate_series(1, 1 + n % 2) line where ${which}`,
  kind: "line' || line || '",
  columns: {
    order_id: id('order', source, 'n'),
    product_id: id('product', source, mixed('n', PRODUCTS, 7)),
    line_kind: "'product'",
    sku: `'SKU-' || ${mixed('n', PRODUCTS, 7)}`,
    name: "'Producto'",
    quantity: '1 + n % 3',
    units: '1 + n % 3',
    unit_price_source: '5000',
    amount_source: `${total} / (1 + n % 2)`,
    amount_untaxed_source: `round(${total} / (1 + n % 2) / 1.19)`,
    amount_tax_source: `${total} / (1 + n % 2) - round(${total} / (1 + n % 2) / 1.19)`,
    amount_discount_source: '0',
    currency_source: "'CLP'",
  },
});

const masters = (source: 'shopify' | 'odoo', places: number): Filling[] => [
  {
    table: 'public.products',
    source,
    rows: `generate_series(0, ${PRODUCTS - 1}) n cross join lateral (select p.until as at) a`,
    kind: 'product',
    together: true,
    columns: { sku: "'SKU-' || n", name: "'Producto ' || n", kind: "'storable'", active: 'true', tracked: 'true' },
  },
  {
    table: 'public.locations',
    source,
    rows: `generate_series(1, ${places}) n cross join lateral (select p.until as at) a`,
    kind: 'location',
    together: true,
    columns: { name: "'Bodega ' || n", usage: "'internal'", active: 'true', counts_stock: 'true' },
  },
  {
    table: 'public.inventory_levels',
    source,
    rows: `generate_series(0, ${PRODUCTS * places - 1}) n cross join lateral (select p.until as at) a`,
    kind: 'level',
    together: true,
    columns: {
      product_id: id('product', source, `n / ${places}`),
      location_id: id('location', source, `1 + n % ${places}`),
      quantity_on_hand: mixed('n', 12),
      quantity_reserved: '0',
      quantity_available: mixed('n', 12),
      foreign_owner: 'false',
    },
  },
  {
    table: 'public.customers',
    source,
    rows: `generate_series(0, 7999) n cross join lateral (select p.until as at) a`,
    kind: 'customer',
    together: true,
    // A person buys in the shop and in the books under one identity.
    columns: { kind: "'person'", identity_key: `md5(t.id || 'person' || n)` },
  },
];

/** What the warehouse holds in the bench, table by table; masters first. */
export const FILLINGS: readonly Filling[] = [
  ...masters('shopify', 1),
  ...masters('odoo', 3),
  orders('shopify', shopOrder, { shop_order_id: 'n::text', shop_order_name: 'n::text' }),
  orders('odoo', 'n % 10 in (6, 7)', {
    shop_order_id: '(n - 6)::text',
    shop_order_name: '(n - 6)::text',
    speaks: 'false',
    silent_because: "'mirror'",
  }),
  orders('odoo', 'n % 10 > 7', {}),
  lines('shopify', shopOrder),
  lines('odoo', 'n % 10 >= 6'),
  {
    table: 'public.refunds',
    source: 'shopify',
    rows: `${series('p.orders')} cross join lateral (select ${total} as total) m where ${shopOrder} and n % 25 = 4`,
    kind: 'refund',
    columns: {
      order_id: id('order', 'shopify', 'n'),
      created_at: 'a.at',
      business_day: localDay,
      currency_source: "'CLP'",
      amount_total_source: 'm.total',
      amount_untaxed_source: 'round(m.total / 1.19)',
      amount_tax_source: 'm.total - round(m.total / 1.19)',
      amount_paid_back_source: 'm.total',
      fx_rate: '1',
      amount_total: 'm.total',
      amount_untaxed: 'round(m.total / 1.19)',
      amount_paid_back: 'm.total',
      counts: 'true',
    },
  },
  {
    table: 'public.refund_lines',
    source: 'shopify',
    rows: `${series('p.orders')} where ${shopOrder} and n % 25 = 4`,
    kind: 'refund_line',
    columns: {
      refund_id: id('refund', 'shopify', 'n'),
      order_line_id: id("line' || 1 || '", 'shopify', 'n'),
      quantity: '1',
      amount_source: '5000',
      amount_tax_source: '798',
      currency_source: "'CLP'",
    },
  },
  {
    table: 'public.inboxes',
    source: 'chatwoot',
    rows: `generate_series(1, 3) n cross join lateral (select p.until as at) a`,
    kind: 'inbox',
    columns: {
      name: "'Bandeja ' || n",
      channel: "(array['WhatsApp', 'Email', 'Web'])[n]",
      channel_type: "'x'",
      working_hours_enabled: 'false',
      csat_enabled: 'true',
    },
  },
  {
    table: 'public.agents',
    source: 'chatwoot',
    rows: `generate_series(1, 8) n cross join lateral (select p.until as at) a`,
    kind: 'agent',
    columns: { name: "'Agente ' || n", role: "'agent'", confirmed: 'true' },
  },
  {
    table: 'public.conversations',
    source: 'chatwoot',
    rows: series('p.orders / 20'),
    kind: 'conversation',
    columns: {
      inbox_id: id('inbox', 'chatwoot', '1 + n % 3'),
      channel: "(array['WhatsApp', 'Email', 'Web'])[1 + n % 3]",
      status: "case when p.orders / 20 - n < 40 then (array['open', 'pending', 'snoozed'])[1 + n % 3] else 'resolved' end",
      created_at: 'a.at',
      business_day: localDay,
      last_activity_at: 'a.at',
      labels: "'{}'",
    },
  },
  {
    table: 'public.messages',
    source: 'chatwoot',
    rows: `${series('p.orders / 20')} cross join lateral generate_series(1, 8) part`,
    kind: "message' || part || '",
    columns: {
      conversation_id: id('conversation', 'chatwoot', 'n'),
      created_at: "a.at + part * interval '7 minutes'",
      business_day: localDay,
      direction: "case when part % 2 = 1 then 'incoming' else 'outgoing' end",
      private: 'false',
      sender_kind: "case when part % 2 = 1 then 'contact' else 'user' end",
      agent_id: `case when part % 2 = 0 then ${id('agent', 'chatwoot', '1 + n % 8')} end`,
      content_type: "'text'",
      status: "'sent'",
      is_deleted: 'false',
    },
  },
  {
    table: 'public.csat_responses',
    source: 'chatwoot',
    rows: `${series('p.orders / 20')} where n % 3 = 0`,
    kind: 'csat',
    columns: {
      conversation_id: id('conversation', 'chatwoot', 'n'),
      rating: '1 + n % 5',
      created_at: 'a.at',
      business_day: localDay,
    },
  },
  {
    table: 'public.workflows',
    source: 'n8n',
    rows: `generate_series(0, 11) n cross join lateral (select p.until as at) a`,
    kind: 'workflow',
    columns: { name: "'Flujo ' || n", active: 'true', archived: 'false', tags: "array['x']", saves_successes: 'true' },
  },
  {
    table: 'public.workflow_executions',
    source: 'n8n',
    rows: series('p.orders / 2'),
    kind: 'execution',
    columns: {
      workflow_id: id('workflow', 'n8n', mixed('n', 12)),
      workflow_name: `'Flujo ' || ${mixed('n', 12)}`,
      status: "case when n % 20 = 0 then 'error' else 'success' end",
      source_status: "case when n % 20 = 0 then 'error' else 'success' end",
      mode: "'trigger'",
      created_at: 'a.at',
      business_day: localDay,
      stopped_at: "a.at + interval '3 seconds'",
      duration_ms: mixed('n', 9000),
      error_category: "case when n % 20 = 0 then 'network' end",
    },
  },
];
