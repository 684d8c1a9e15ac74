import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Draft, Page, Reject } from '#contract';
import { conversationDraft, inboxDraft } from '../../connectors/chatwoot/mapping.ts';
import { rawConversation, rawInbox } from '../../connectors/chatwoot/records.ts';
import { readExecution, readWorkflow, toExecution, toWorkflow } from '../../connectors/n8n/mapping.ts';
import { collect } from '../../connectors/odoo/mapping/collect.ts';
import { mapInventoryLevel } from '../../connectors/odoo/mapping/inventory-level.ts';
import { mapLocation } from '../../connectors/odoo/mapping/location.ts';
import { mapProduct } from '../../connectors/odoo/mapping/product.ts';
import { SHOP_ORDER_ID_FIELDS } from '../../connectors/odoo/mapping/shop-reference.ts';
import type { SaleFacts } from '../../connectors/odoo/sale-facts.ts';
import { mapOrders as mapOdooOrders } from '../../connectors/odoo/streams/orders.ts';
import { mapInventoryLevels, mapLocations, mapOrders, mapProducts } from '../../connectors/shopify/mapping.ts';

/** One page of one stream, as the connector's own mapping makes it. Any of them may be delivered before any other. */
export interface Delivery {
  readonly source: 'shopify' | 'odoo' | 'chatwoot' | 'n8n';
  readonly stream: string;
  readonly drafts: readonly Draft[];
  readonly covered?: NonNullable<Page['covered']>;
}

type Raw = Record<string, unknown>;
interface Mapped {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
}

/** @throws when a mapping refuses what the example says */
function delivery(source: Delivery['source'], stream: string, { drafts, rejects }: Mapped): Delivery {
  if (rejects.length > 0) throw new Error(`the example's ${source} ${stream} are refused: ${rejects.map((one) => one.reason).join('; ')}`);
  return { source, stream, drafts };
}

/** Shopify's answer with orders A (#1001), C, D, F and G of the definitions, as it is on 4 December. */
function shopOrders(): ReadonlyMap<string, Raw> {
  const file = join(import.meta.dirname, '../../connectors/shopify/fixtures/tienda-ejemplo.json');
  const answer = JSON.parse(readFileSync(file, 'utf8')) as { data: { orders: { nodes: Raw[] } } };
  return new Map(answer.data.orders.nodes.map((node) => [String(node['name']), node]));
}

/** The same order before anything was given back or cancelled. */
function earlier(order: Raw, at: string, changes: Raw = {}): Raw {
  const none = { shopMoney: { amount: '0.0' } };
  const paid = (order['transactions'] as Raw[]).filter(({ kind }) => kind === 'SALE');
  const before = { updatedAt: at, cancelledAt: null, refunds: [], transactions: paid, transactionsCount: { count: paid.length } };
  return { ...order, ...before, currentTotalPriceSet: order['totalPriceSet'], totalRefundedSet: none, ...changes };
}

function shopDeliveries(): Delivery[] {
  const orders = shopOrders();
  const one = (name: string) => orders.get(name) ?? {};
  const versions = [
    ...orders.values(),
    earlier(one('#1001'), '2026-11-28T13:00:00Z', { displayFinancialStatus: 'PAID' }),
    earlier(one('#1003'), '2026-11-29T18:00:00Z', { displayFinancialStatus: 'PAID' }),
    earlier(one('#1002'), '2026-11-27T15:00:00Z', { displayFinancialStatus: 'PENDING' }),
  ];
  const at = { createdAt: '2026-01-02T10:00:00Z', updatedAt: '2026-01-02T10:00:00Z' };
  const variant = (id: string, sku: string) => ({
    ...at,
    id: `gid://shopify/ProductVariant/${id}`,
    sku,
    barcode: null,
    title: 'Default Title',
    price: '23800.00',
    inventoryItem: { tracked: true, requiresShipping: true },
  });
  const product = (id: string, title: string, sku: string) => ({
    ...at,
    id: `gid://shopify/Product/8${id}`,
    title,
    status: 'ACTIVE',
    isGiftCard: false,
    variants: { nodes: [variant(id, sku)] },
  });
  const place = { ...at, id: 'gid://shopify/Location/81200000001', name: 'Bodega', isActive: true, isFulfillmentService: false };
  const level = {
    isActive: true,
    updatedAt: '2026-11-28T13:00:00Z',
    location: { id: place.id },
    item: {
      id: 'gid://shopify/InventoryItem/44350000000101',
      locationsCount: { count: 1 },
      variants: { nodes: [{ id: 'gid://shopify/ProductVariant/44350000000001' }] },
    },
    quantities: [
      { name: 'available', quantity: 9 },
      { name: 'on_hand', quantity: 12 },
    ],
  };
  return [
    ...versions.map((order) => delivery('shopify', 'orders', mapOrders([order], 'tienda-ejemplo.myshopify.com'))),
    delivery(
      'shopify',
      'products',
      mapProducts([product('44350000000001', 'Polera Austral', 'POL-AUS-M'), product('44350000000002', 'Mochila Andina', 'MOC-AND')]),
    ),
    delivery('shopify', 'locations', mapLocations([place])),
    delivery('shopify', 'inventory_levels', mapInventoryLevels([level])),
  ];
}

/** The mirror of A, the quotation B and the sale E; 12 shirts of which 3 are reserved, and a rucksack without any stock row. */
function odooDeliveries(): Delivery[] {
  const facts: SaleFacts = {
    currencies: new Map([[45, { code: 'CLP', places: 0 }]]),
    companyPartners: new Set([10]),
    loyalty: { rewards: new Map(), giftCardProducts: new Set() },
    shopOrderIdFields: SHOP_ORDER_ID_FIELDS,
    shopStoreFields: [],
    shopReferencePrefixes: [],
    products: new Map([[30, { sku: 'POL-AUS-M', unit: 1 }]]),
    taxes: null,
    units: null,
    tips: new Set(),
    teams: new Map(),
    notices: [],
  };
  const order = (id: number, at: string, untaxed: number, tax: number, more: Raw) => ({
    id,
    name: `S000${id}`,
    state: 'sale',
    date_order: at,
    partner_id: 20,
    company_id: 1,
    currency_id: 45,
    amount_untaxed: untaxed,
    amount_tax: tax,
    amount_total: untaxed + tax,
    invoice_status: 'to invoice',
    delivery_status: 'pending',
    client_order_ref: false,
    origin: false,
    website_id: false,
    create_date: at,
    write_date: at,
    ...more,
  });
  const line = (id: number, orderId: number, quantity: number, untaxed: number, tax: number) => ({
    id,
    order_id: orderId,
    product_id: 30,
    name: '[POL-AUS-M] Polera Austral',
    display_type: false,
    is_delivery: false,
    is_downpayment: false,
    is_reward_line: false,
    reward_id: false,
    product_uom_qty: quantity,
    product_uom_id: 1,
    price_unit: untaxed / quantity,
    discount: 0,
    price_subtotal: untaxed,
    price_tax: tax,
    price_total: untaxed + tax,
    currency_id: 45,
    create_date: '2026-11-28 13:02:11',
    write_date: '2026-11-28 13:02:11',
  });
  const mirror = order(21, '2026-11-28 13:00:00', 100_000, 19_000, {
    client_order_ref: '#1001',
    shopify_order_id: 'gid://shopify/Order/5840000001001',
    invoice_status: 'invoiced',
    delivery_status: 'full',
  });
  const b = order(22, '2026-11-28 13:00:00', 756_303, 143_697, { state: 'sent', invoice_status: 'no' });
  const e = order(23, '2026-12-01 02:30:00', 200_000, 38_000, {});
  const product = (id: number, code: string) => ({
    id,
    name: code,
    default_code: code,
    barcode: false,
    type: 'consu',
    is_storable: true,
    list_price: 20_000,
    product_tmpl_id: id * 10,
    active: true,
    create_date: '2026-01-05 10:00:00',
    write_date: '2026-01-05 10:00:00',
  });
  const place = {
    id: 5,
    name: 'Stock',
    complete_name: 'WH/Stock',
    usage: 'internal',
    active: true,
    company_id: 1,
    write_date: '2026-01-05 10:00:00',
  };
  const quant = { id: 1, product_id: 30, location_id: 5, owner_id: false, quantity: 12, reserved_quantity: 3, company_id: 1 };
  return [
    ...[mirror, b, e].map((one) =>
      delivery('odoo', 'orders', mapOdooOrders([one], [line(one.id + 30, one.id, 2, one.amount_untaxed, one.amount_tax)], facts)),
    ),
    delivery(
      'odoo',
      'products',
      collect([product(30, 'POL-AUS-M'), product(31, 'MOC-AND')], (raw) => mapProduct(raw, new Set())),
    ),
    delivery('odoo', 'locations', collect([place], mapLocation)),
    delivery(
      'odoo',
      'inventory_levels',
      collect([quant], (raw) => mapInventoryLevel(raw, new Set([10]))),
    ),
  ];
}

/** Two open, one resolved and one with the bot, all by WhatsApp and of yesterday (`now`: the rolling windows end there). */
function chatwootDeliveries(now: Date): Delivery[] {
  const rules = { bot_user_ids: [], whatsapp_inbox_ids: [] };
  const created = Math.floor(now.getTime() / 1000) - 86_400;
  const inbox = rawInbox.parse({ id: 12, name: 'WhatsApp ventas', channel_type: 'Channel::Whatsapp' });
  const talk = (id: number, status: string, changed: number) =>
    conversationDraft(
      rawConversation.parse({ id, inbox_id: 12, status, created_at: created, updated_at: created + changed, labels: [], meta: {} }),
      rules,
    );
  const last = [talk(1, 'open', 10), talk(2, 'open', 10), talk(3, 'resolved', 900), talk(4, 'pending', 10)];
  return [
    { source: 'chatwoot', stream: 'inboxes', drafts: [inboxDraft(inbox, rules)] },
    { source: 'chatwoot', stream: 'conversations', drafts: last },
    { source: 'chatwoot', stream: 'conversations', drafts: [talk(3, 'open', 10)] },
  ];
}

/** 8 successes of a second, an error of ten, a crash, one running, and 5 started by hand. */
function n8nDeliveries(now: Date): Delivery[] {
  const started = new Date(now.getTime() - 2 * 86_400_000);
  const after = (ms: number) => new Date(started.getTime() + ms).toISOString();
  const workflow = readWorkflow({
    id: 'boletas000000001',
    name: 'Boletas',
    active: true,
    isArchived: false,
    tags: [],
    shared: [],
    settings: {},
  });
  const run = (id: number, status: string, ms: number | null, mode = 'trigger'): Draft => {
    const raw = {
      id: String(id),
      status,
      mode,
      startedAt: after(0),
      stoppedAt: ms === null ? null : after(ms),
      workflowId: 'boletas000000001',
    };
    const read = readExecution(raw);
    const draft = 'row' in read ? toExecution(read.row, null) : null;
    if (draft === null) throw new Error(`the example's execution ${id} is refused`);
    return draft;
  };
  if (!('row' in workflow)) throw new Error("the example's workflow is refused");
  const successes = Array.from({ length: 8 }, (_, at) => run(at + 1, 'success', 1_000));
  const byHand = Array.from({ length: 5 }, (_, at) => run(at + 21, 'success', 1_000, 'manual'));
  return [
    { source: 'n8n', stream: 'workflows', drafts: [toWorkflow(workflow.row)] },
    {
      source: 'n8n',
      stream: 'executions',
      drafts: [...successes, run(9, 'error', 10_000), run(10, 'crashed', 120), run(11, 'running', null)],
    },
    { source: 'n8n', stream: 'executions', drafts: [run(1, 'running', null), run(9, 'running', null)] },
    { source: 'n8n', stream: 'executions', drafts: byHand },
  ];
}

/**
 * "Tienda Ejemplo" of the definitions as its four sources show it, older versions of some records among them.
 * @param firstDayBegins from when the shop and the books are covered (to 5 December, 12:00 UTC)
 */
export function exampleCompany(options: { readonly firstDayBegins: string; readonly now: Date }): Delivery[] {
  const covered = { from: options.firstDayBegins, until: '2026-12-05T12:00:00Z' };
  return [
    ...shopDeliveries(),
    ...odooDeliveries(),
    ...chatwootDeliveries(options.now),
    ...n8nDeliveries(options.now),
    { source: 'shopify', stream: 'orders', drafts: [], covered },
    { source: 'odoo', stream: 'orders', drafts: [], covered },
    // Stock is known once it has been read whole.
    { source: 'shopify', stream: 'inventory_levels', drafts: [], covered },
    { source: 'odoo', stream: 'inventory_levels', drafts: [], covered },
  ];
}
