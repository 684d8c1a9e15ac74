import type { z } from 'zod';
import { DOCUMENT_ENTITIES } from './document-entities.ts';
import { bigint, bool, day, decimal, instant, int, optional, rare, ref, storedAs, text, texts, word, type Field } from './fields.ts';

/**
 * The canonical records: what a connector's mapping may produce. A key is a column of the entity's table
 * (`store/tables.ts` names the table); a reference holds the other record's source id here and its uuid there.
 * `created_at` is always the business time (the instant that decides a record's local day).
 */
export const ENTITIES = {
  ...DOCUMENT_ENTITIES,
  order: {
    name: text(),
    // What the document itself says. The column `status` follows from it, from the invoices of the order and from the tenant's settings.
    status: storedAs('stated_status', word(['quotation', 'open', 'completed', 'refunded', 'cancelled'])),
    delivered: rare(bool()),
    invoiced: rare(bool()),
    locked: rare(bool()),
    excluded_because: optional(word(['test', 'zero_value', 'gift_card_only', 'intercompany', 'settlement'])),
    payment_state: optional(word(['unpaid', 'partial', 'paid'])),
    source_status: text(),
    created_at: instant(),
    cancelled_at: optional(instant()),
    currency_source: text(),
    amount_total_source: decimal(),
    amount_untaxed_source: decimal(),
    amount_tax_source: decimal(),
    amount_products_source: decimal(),
    amount_shipping_source: decimal(),
    amount_discount_source: decimal(),
    amount_other_source: decimal(),
    amount_iva_source: optional(decimal()),
    amount_exempt_source: optional(decimal()),
    amount_ledger_source: optional(decimal()),
    customer_id: optional(ref('customer')),
    // Whom the document is to be made out to, where a RUT was typed at the checkout.
    billed_to_id: rare(ref('customer')),
    channel: optional(text()),
    shop: optional(text()),
    company: optional(text()),
    shop_order_id: optional(text()),
    shop_order_name: optional(text()),
    // All numbers of shop orders that it cites, where they are several: `shop_order_name` is the first.
    shop_order_names: rare(texts()),
    // What stands before the number cited, upper case without a separator (`WEB` of `WEB_#1001`).
    shop_order_prefix: rare(text()),
    // What a document that cites a shop order belongs to, as `kind:value` in lower case: team:ventas, website:1, company:3.
    shop_order_stores: rare(texts()),
    // The source's date, where it states no time: then it is the day, and `created_at` is stored as its local noon.
    created_on: rare(day()),
    // The invoice that is itself the sale: because it has no order or, with the order that it invoices, where documents are what counts.
    invoice_id: rare(ref('invoice')),
    invoiced_order_id: rare(ref('order')),
  },
  order_line: {
    order_id: ref('order'),
    product_id: optional(ref('product')),
    line_kind: word(['product', 'shipping', 'discount', 'tip', 'gift_card', 'reward', 'down_payment', 'section', 'other']),
    sku: optional(text()),
    name: text(),
    quantity: decimal(),
    units: optional(decimal()),
    units_unknown_because: optional(word(['unit_unknown', 'unit_of_other_kind', 'product_unknown'])),
    unit_price_source: decimal(),
    amount_source: decimal(),
    amount_untaxed_source: decimal(),
    amount_tax_source: decimal(),
    amount_iva_source: optional(decimal()),
    amount_discount_source: decimal(),
    currency_source: text(),
  },
  refund: {
    order_id: optional(ref('order')),
    created_at: instant(),
    currency_source: text(),
    amount_total_source: decimal(),
    amount_untaxed_source: decimal(),
    amount_tax_source: decimal(),
    amount_paid_back_source: optional(decimal()),
    created_on: rare(day()),
    // The credit note that it is.
    invoice_id: rare(ref('invoice')),
  },
  refund_line: {
    refund_id: ref('refund'),
    order_line_id: ref('order_line'),
    quantity: decimal(),
    amount_source: decimal(),
    amount_tax_source: decimal(),
    currency_source: text(),
  },
  order_payment: {
    order_id: ref('order'),
    created_at: instant(),
    kind: text(),
    status: text(),
    gateway: text(),
    is_test: bool(),
    currency_source: text(),
    amount_source: decimal(),
  },
  customer: {
    kind: word(['person', 'company']),
    // Both null: the normalising stage says them, of the RUT that travels as identity.
    rut_display: optional(text()),
    rut_valid: optional(bool()),
    comuna: optional(text()),
    region: optional(text()),
    /** The company whose contact or address this is; itself where it is none. Null where the source knows no such thing. */
    commercial_id: optional(ref('customer')),
  },
  abandoned_checkout: {
    created_at: instant(),
    completed_at: optional(instant()),
    customer_id: optional(ref('customer')),
    has_contact: bool(),
    currency_source: text(),
    amount_total_source: decimal(),
  },
  product: {
    sku: optional(text()),
    barcode: optional(text()),
    name: text(),
    kind: word(['storable', 'consumable', 'service', 'gift_card', 'bundle']),
    active: bool(),
    tracked: bool(),
    list_price: optional(decimal()),
    parent: optional(text()),
  },
  location: { name: text(), usage: text(), active: bool(), counts_stock: bool(), company: optional(text()) },
  inventory_level: {
    product_id: ref('product'),
    location_id: ref('location'),
    quantity_on_hand: decimal(),
    quantity_reserved: decimal(),
    quantity_available: decimal(),
    foreign_owner: bool(),
  },
  exchange_rate: {
    currency: text(),
    base_currency: text(),
    rate_date: day(),
    rate: decimal(),
    company: optional(text()),
  },
  inbox: {
    name: text(),
    channel: word(['WhatsApp', 'Email', 'Web', 'Other']),
    channel_type: text(),
    working_hours_enabled: bool(),
    timezone: optional(text()),
    csat_enabled: bool(),
    working_hours: texts(),
  },
  agent: { name: text(), role: text(), confirmed: bool(), is_bot: bool() },
  conversation: {
    inbox_id: ref('inbox'),
    status: word(['open', 'resolved', 'pending', 'snoozed']),
    created_at: instant(),
    last_activity_at: optional(instant()),
    first_reply_at: optional(instant()),
    waiting_since: optional(instant()),
    snoozed_until: optional(instant()),
    assignee_id: optional(ref('agent')),
    assignee_kind: optional(word(['user', 'agent_bot'])),
    team: optional(text()),
    priority: optional(text()),
    labels: texts(),
  },
  message: {
    conversation_id: ref('conversation'),
    created_at: instant(),
    direction: word(['incoming', 'outgoing', 'activity', 'template']),
    private: bool(),
    sender_kind: word(['contact', 'user', 'agent_bot', 'captain', 'automation', 'echo', 'none']),
    agent_id: optional(ref('agent')),
    content_type: text(),
    status: text(),
    is_deleted: bool(),
  },
  conversation_event: {
    conversation_id: ref('conversation'),
    conversation_internal_id: text(),
    name: text(),
    created_at: instant(),
    started_at: optional(instant()),
    inbox_id: optional(ref('inbox')),
    agent_id: optional(ref('agent')),
    value_seconds: decimal(),
    business_seconds: optional(decimal()),
  },
  csat_response: {
    conversation_id: ref('conversation'),
    survey_id: optional(ref('message')),
    agent_id: optional(ref('agent')),
    rating: int(),
    created_at: instant(),
  },
  workflow: {
    name: text(),
    active: bool(),
    archived: bool(),
    tags: texts(),
    project: optional(text()),
    saves_successes: bool(),
  },
  execution: execution(),
  execution_other: execution(),
} as const satisfies Record<string, Record<string, Field>>;

function execution() {
  return {
    workflow_id: ref('workflow'),
    status: word(['success', 'error', 'running', 'waiting', 'canceled']),
    source_status: text(),
    mode: text(),
    created_at: instant(),
    stopped_at: optional(instant()),
    wait_till: optional(instant()),
    /** Whether this version of the run waits; stored as whether any version did. */
    waited: bool(),
    duration_ms: optional(bigint()),
    error_category: optional(
      word(['auth', 'not_found', 'rate_limit', 'upstream', 'client', 'network', 'timeout', 'code', 'validation', 'crash', 'other']),
    ),
    failed_node_type: optional(text()),
    retry_of: optional(text()),
  } as const;
}

export type Entity = keyof typeof ENTITIES;

type Fields<E extends Entity> = (typeof ENTITIES)[E];
type Output<F> = F extends Field<infer Z> ? z.output<Z> : never;
type Rare<F> = { [K in keyof F]: undefined extends Output<F[K]> ? K : never }[keyof F];

/** The fields a draft of this entity must state; null where optional, and left out, too, where only some sources have them. */
export type DraftFields<E extends Entity> = {
  readonly [K in Exclude<keyof Fields<E>, Rare<Fields<E>>>]: Output<Fields<E>[K]>;
} & { readonly [K in Rare<Fields<E>>]?: Output<Fields<E>[K]> };

/**
 * Personal data a customer is recognised by. It is never stored: `normalize` turns each part into a key
 * (HMAC-SHA256 with the tenant's own key) and forgets it.
 */
export interface Identity {
  readonly rut?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
}

interface DraftOf<E extends Entity> {
  readonly entity: E;
  /** The record's id in its source, unique per connection and entity. */
  readonly sourceId: string;
  readonly sourceCreatedAt: string | null;
  /** The source's own version clock (UTC instant), or null where it has none: then `read_seq` alone decides. */
  readonly sourceUpdatedAt: string | null;
  /** Orders versions that share `sourceUpdatedAt` where the source says more (n8n: the status rank). Default 0. */
  readonly sourceSeq?: number;
  readonly fields: DraftFields<E>;
  /** Child entities of which this page carries every record of this parent: others are tombstoned with it. */
  readonly complete?: readonly Entity[];
  /** White-listed payload for `raw.records`: no secret, no personal data, no free text. */
  readonly raw?: unknown;
  /** Only for customers. */
  readonly identity?: Identity;
}

/** A canonical record as a connector's mapping states it. */
export type Draft = { [E in Entity]: DraftOf<E> }[Entity];
/** A draft of one entity. */
export type DraftFor<E extends Entity> = DraftOf<E>;
