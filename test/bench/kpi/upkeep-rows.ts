import type { Draft, DraftFor } from '#contract';
import type { Family } from '../../../src/store/tables.ts';
import { orderDrafts } from '../order-drafts.ts';

/** What one family writes in the bench: drafts as a mapping would give them. */
export interface FamilyWrite {
  readonly source: 'shopify' | 'odoo' | 'chatwoot' | 'n8n';
  /** What is there before: written first, and not measured. */
  readonly masters: readonly Draft[];
  readonly drafts: readonly Draft[];
  /** Whether the drafts are the whole state, on one page. */
  readonly isSnapshot?: true;
}

/** The largest streams of each family, `rows` new rows of them. */
export const writesOf = (rows: number): Record<Family, FamilyWrite> => ({
  sales: { source: 'shopify', masters: [], drafts: orderDrafts(rows / 2, () => 1).flatMap((order) => [order, lineOf(order)]) },
  support: { source: 'chatwoot', masters: supportMasters(), drafts: conversationDrafts(rows) },
  automation: { source: 'n8n', masters: workflowDrafts(), drafts: Array.from({ length: rows }, (_, n) => executionDraft(n)) },
  inventory: { source: 'odoo', masters: [], drafts: Array.from({ length: rows }, (_, n) => levelDraft(n)), isSnapshot: true },
});

/** The sales of a shop whose customers were read before its orders: their roll-ups by identity are kept as well. */
export function salesToKnownCustomers(rows: number): FamilyWrite {
  const { sales } = writesOf(rows);
  const ids = new Set(sales.drafts.flatMap((draft) => (draft.entity === 'order' ? (draft.fields.customer_id ?? []) : [])));
  const fields = { kind: 'person', rut_display: null, rut_valid: null, comuna: null, region: null, commercial_id: null } as const;
  const at = instant(FIRST_DAY);
  return {
    ...sales,
    masters: [...ids].map((id) => ({ entity: 'customer', sourceId: id, sourceCreatedAt: at, sourceUpdatedAt: at, fields })),
  };
}

const FIRST_DAY = Date.parse('2026-01-05T12:00:00Z');
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const instant = (ms: number) => new Date(ms).toISOString();
/** A number that looks random and is the same in every run. */
const mixed = (n: number) => Math.imul(n + 1, 2_654_435_761) >>> 7;

function lineOf(order: Draft): Draft {
  if (order.entity !== 'order') throw new Error('not an order');
  const { amount_products_source: amount, currency_source } = order.fields;
  return {
    entity: 'order_line',
    sourceId: `line-${order.sourceId}`,
    sourceCreatedAt: order.sourceCreatedAt,
    sourceUpdatedAt: order.sourceUpdatedAt,
    fields: {
      order_id: order.sourceId,
      product_id: `product-${Number(order.sourceId) % 301}`,
      line_kind: 'product',
      sku: null,
      name: 'Producto',
      quantity: '2',
      units: '2',
      units_unknown_because: null,
      unit_price_source: '1',
      amount_source: amount,
      amount_untaxed_source: amount,
      amount_tax_source: '0',
      amount_iva_source: '0',
      amount_discount_source: '0',
      currency_source,
    },
  };
}

const HOURS = ['1 09:00-18:00', '2 09:00-18:00', '3 09:00-18:00', '4 09:00-18:00', '5 09:00-18:00'];
const AGENTS = 8;

/** Two inboxes keep hours, one does not. */
function supportMasters(): Draft[] {
  const inboxes = (['WhatsApp', 'Web', 'Email'] as const).map((channel, i): Draft => {
    const opens = channel !== 'Email';
    return {
      entity: 'inbox',
      sourceId: String(i + 1),
      sourceCreatedAt: null,
      sourceUpdatedAt: null,
      fields: {
        name: channel,
        channel,
        channel_type: `Channel::${channel}`,
        working_hours_enabled: opens,
        timezone: 'America/Santiago',
        csat_enabled: true,
        working_hours: opens ? HOURS : [],
      },
    };
  });
  const agents = Array.from({ length: AGENTS }, (_, i): Draft => {
    const fields = { name: `Agente ${i + 1}`, role: 'agent', confirmed: true, is_bot: false };
    return { entity: 'agent', sourceId: String(i + 1), sourceCreatedAt: null, sourceUpdatedAt: null, fields };
  });
  return [...inboxes, ...agents];
}

/** Sixty conversations a day over twelve hours, one in four begun by the bot, each with its messages and reporting events as one page has them. */
function conversationDrafts(rows: number): Draft[] {
  const drafts: Draft[] = [];
  for (let n = 0; drafts.length < rows; n += 1) drafts.push(...conversationOf(n).slice(0, rows - drafts.length));
  return drafts;
}

type Said = readonly [minute: number, who: 'customer' | 'agent' | 'bot' | 'note' | 'activity'];
const BY_PERSON: readonly Said[] = [
  [0, 'customer'],
  [1, 'customer'],
  [7, 'activity'],
  [9, 'agent'],
  [14, 'customer'],
  [21, 'agent'],
  [22, 'note'],
  [30, 'customer'],
  [47, 'agent'],
  [48, 'activity'],
];
const BY_BOT: readonly Said[] = [
  [0, 'customer'],
  [1, 'bot'],
  [2, 'customer'],
  [3, 'bot'],
  [4, 'activity'],
  [7, 'activity'],
  [12, 'agent'],
  [17, 'customer'],
  [40, 'agent'],
  [48, 'activity'],
];
const MESSAGES = {
  customer: { direction: 'incoming', sender_kind: 'contact', private: false },
  agent: { direction: 'outgoing', sender_kind: 'user', private: false },
  bot: { direction: 'outgoing', sender_kind: 'agent_bot', private: false },
  note: { direction: 'outgoing', sender_kind: 'user', private: true },
  activity: { direction: 'activity', sender_kind: 'none', private: false },
} as const;

function conversationOf(n: number): Draft[] {
  const id = String(n + 1);
  const stir = mixed(n);
  const began = FIRST_DAY + Math.floor(n / 60) * DAY_MS + (n % 60) * 12 * MINUTE_MS + (stir % 60) * 1000;
  const ended = began + 48 * MINUTE_MS;
  const agentId = String(1 + (stir % AGENTS));
  const inboxId = String(1 + (n % 3));
  const said = n % 4 === 0 ? BY_BOT : BY_PERSON;
  const resolved = stir % 20 !== 0;
  const fields: DraftFor<'conversation'>['fields'] = {
    inbox_id: inboxId,
    status: resolved ? 'resolved' : 'open',
    created_at: instant(began),
    last_activity_at: instant(ended),
    first_reply_at: instant(began + 9 * MINUTE_MS),
    waiting_since: null,
    snoozed_until: null,
    assignee_id: agentId,
    assignee_kind: 'user',
    team: 'postventa',
    priority: null,
    labels: ['boleta'],
  };
  const conversation: Draft = {
    entity: 'conversation',
    sourceId: id,
    sourceCreatedAt: instant(began),
    sourceUpdatedAt: instant(ended),
    fields,
    raw: {
      id: n + 1,
      inbox_id: Number(inboxId),
      status: fields.status,
      created_at: began / 1000,
      updated_at: ended / 1000,
      last_activity_at: ended / 1000,
      first_reply_created_at: began / 1000 + 540,
      waiting_since: 0,
      snoozed_until: null,
      priority: null,
      labels: fields.labels,
      meta: { assignee: { id: Number(agentId) }, assignee_type: 'User', team: { name: 'postventa' } },
    },
  };
  const messages = said.map(([minute, who], i): Draft => {
    const at = instant(began + minute * MINUTE_MS);
    return {
      entity: 'message',
      sourceId: String(n * 20 + i),
      sourceCreatedAt: at,
      sourceUpdatedAt: null,
      fields: {
        ...MESSAGES[who],
        conversation_id: id,
        created_at: at,
        agent_id: who === 'agent' || who === 'note' ? agentId : null,
        content_type: 'text',
        status: 'sent',
        is_deleted: false,
      },
    };
  });
  // Chatwoot writes one for each reply, for the bot's handing over and for the resolution.
  const replies = said
    .filter(([, who]) => who === 'agent')
    .map(([minute], i) => [minute, i === 0 ? 'first_response' : 'reply_time'] as const);
  const handoff = said === BY_BOT ? [[4, 'conversation_bot_handoff'] as const] : [];
  const reports = [...handoff, ...replies, ...(resolved ? [[48, 'conversation_resolved'] as const] : [])];
  const events = reports.map(([minute, name], i): Draft => {
    const at = instant(began + minute * MINUTE_MS);
    return {
      entity: 'conversation_event',
      sourceId: String(n * 20 + i),
      sourceCreatedAt: at,
      sourceUpdatedAt: null,
      fields: {
        conversation_id: id,
        conversation_internal_id: String(70_000 + n),
        name,
        created_at: at,
        started_at: instant(began),
        inbox_id: inboxId,
        agent_id: agentId,
        value_seconds: '720',
        business_seconds: inboxId === '3' ? null : '720',
      },
    };
  });
  return [conversation, ...messages, ...events];
}

const WORKFLOWS = 12;
const RUNS_PER_DAY = 800;

function workflowDrafts(): Draft[] {
  return Array.from({ length: WORKFLOWS }, (_, i) => {
    const fields = { name: `Flujo ${i}`, active: true, archived: false, tags: ['pedidos'], project: null, saves_successes: true };
    return { entity: 'workflow', sourceId: `flujo${i}`, sourceCreatedAt: null, sourceUpdatedAt: null, fields };
  });
}

/** A run of three seconds or so; one in twenty fails, and one in sixty is a retry of the failed one before it. */
function executionDraft(n: number): Draft {
  const stir = mixed(n);
  const startedAt = FIRST_DAY + Math.floor(n / RUNS_PER_DAY) * DAY_MS + (n % RUNS_PER_DAY) * 80_000;
  const duration = 200 + (stir % 9000);
  const failed = n % 20 === 0;
  const retryOf = n % 60 === 1 ? String(1_000_000 + n - 1) : null;
  const id = String(1_000_000 + n);
  const workflow = `flujo${stir % WORKFLOWS}`;
  const status = failed ? 'error' : 'success';
  const mode = retryOf === null ? 'webhook' : 'retry';
  const [started, stopped] = [instant(startedAt), instant(startedAt + duration)];
  return {
    entity: 'execution',
    sourceId: id,
    sourceCreatedAt: started,
    sourceUpdatedAt: null,
    sourceSeq: 3,
    fields: {
      workflow_id: workflow,
      status,
      source_status: status,
      mode,
      created_at: started,
      stopped_at: stopped,
      wait_till: null,
      waited: false,
      duration_ms: duration,
      error_category: failed ? 'network' : null,
      failed_node_type: failed ? 'n8n-nodes-base.httpRequest' : null,
      retry_of: retryOf,
    },
    raw: { id, status, mode, startedAt: started, stoppedAt: stopped, waitTill: null, workflowId: workflow, retryOf },
  };
}

const PLACES = 5;

/** Stock of one product at one of five places. */
function levelDraft(n: number): Draft {
  const stir = mixed(n);
  return {
    entity: 'inventory_level',
    sourceId: String(n),
    sourceCreatedAt: null,
    sourceUpdatedAt: instant(FIRST_DAY + n * 1000),
    fields: {
      product_id: `product-${Math.floor(n / PLACES)}`,
      location_id: `place-${n % PLACES}`,
      quantity_on_hand: String(1 + (stir % 40)),
      quantity_reserved: '1',
      quantity_available: String(stir % 40),
      foreign_owner: false,
    },
  };
}
