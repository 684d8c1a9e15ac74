/** Every stream by its name, and what people call it in Spanish: on dashboards, in reports and alerts. */
export const STREAM_NAMES = {
  orders: 'Pedidos',
  order_lines: 'Líneas de pedido',
  pos_orders: 'Ventas del punto de venta',
  abandoned_checkouts: 'Carritos abandonados',
  customers: 'Clientes',
  products: 'Productos',
  locations: 'Lugares de inventario',
  inventory_levels: 'Inventario',
  invoices: 'Documentos emitidos',
  payments: 'Pagos',
  payment_allocations: 'Pagos por documento',
  payouts: 'Abonos',
  payout_transactions: 'Movimientos de los abonos',
  exchange_rates: 'Tipos de cambio',
  conversations: 'Conversaciones',
  inboxes: 'Bandejas de entrada',
  agents: 'Agentes',
  csat_responses: 'Encuestas',
  executions: 'Ejecuciones',
  workflows: 'Automatizaciones',
} as const satisfies Readonly<Record<string, string>>;

export type StreamName = keyof typeof STREAM_NAMES;

/** Every source system by its id, and its name: the title of its connector. */
export const SOURCE_NAMES = {
  odoo: 'Odoo',
  shopify: 'Shopify',
  chatwoot: 'Chatwoot',
  n8n: 'n8n',
} as const satisfies Readonly<Record<string, string>>;

type Names = Readonly<Partial<Record<string, string>>>;

/** The name of a source; a word that is not known any more stays as it is. */
export const nameOfSource = (source: string): string => (SOURCE_NAMES as Names)[source] ?? source;

/** A stream as people name it, with its source: "Líneas de pedido (Odoo)". */
export const nameOfStream = (source: string, stream: string): string =>
  `${(STREAM_NAMES as Names)[stream] ?? stream} (${nameOfSource(source)})`;
