import type { Draft, Reject } from '#contract';
import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { LINE_FIELDS, LINE_REQUIRED, mapLine, type MappedLine } from '../mapping/order-line.ts';
import { mapOrder, ORDER_FIELDS, ORDER_REQUIRED, unknownState } from '../mapping/order.ts';
import { NOTICES } from '../notices.ts';
import { many2one, maybe, recordId } from '../raw-values.ts';
import { learnProducts, readSaleFacts, shopOrderIdFields, shopStoreFields, type SaleFacts } from '../sale-facts.ts';
import { allById } from '../window.ts';
import { lackingFields, windowedStream, type Mapped } from '../windowed-stream.ts';

interface OrderStreamFacts extends SaleFacts {
  readonly lineFields: readonly string[];
  readonly unknownStates: Set<string>;
}

const withId = z.object({ id: recordId });
const withOrder = z.object({ order_id: maybe(many2one) });

/** Orders with all their lines: a changed order is split into products, shipping and discounts with the lines it has now. */
export const orders = windowedStream<OrderStreamFacts>({
  name: 'orders',
  description: 'Sales orders and quotations, each with all its lines',
  entities: ['order', 'order_line'],
  model: 'sale.order',
  parts: { order: ['order_line'] },
  intervalSeconds: 300,
  pageSize: 500,
  required: ORDER_REQUIRED,
  wanted: (settings) => [...ORDER_FIELDS, ...shopOrderIdFields(settings), ...shopStoreFields(settings)],
  shared: false,
  businessField: 'date_order',
  rows: { at: 'created_at', ids: '^[0-9]+$' },
  totalled: { money: { amount: 'amount_total_source', currency: 'currency_source', lines: 'gift_card' } },
  fromField: 'date_order',
  missed: {
    delivery_status: {
      en: 'an order counts as delivered as soon as it is invoiced',
      es: 'un pedido cuenta como entregado en cuanto está facturado',
    },
  },
  async prepare(client, settings) {
    return { ...(await readSaleFacts(client, settings)), lineFields: await readableLineFields(client), unknownStates: new Set() };
  },
  notices: ({ notices, unknownStates }) => [...notices, ...[...unknownStates].map((state) => NOTICES.unknownState(state))],
  async map(records, facts, client) {
    for (const state of records.map(unknownState)) if (state !== null) facts.unknownStates.add(state);
    const ids = records.map((record) => withId.safeParse(record)).flatMap((record) => (record.success ? [record.data.id] : []));
    return mapOrders(records, await linesOf(client, ids, facts), facts);
  },
});

/** Pure: orders and all their raw lines as drafts. */
export function mapOrders(records: readonly unknown[], rawLines: readonly unknown[], facts: SaleFacts): Mapped {
  const lines: MappedLine[] = [];
  const rejects: Reject[] = [];
  const incomplete = new Set<number>();
  for (const raw of rawLines) {
    const mapped = mapLine(raw, facts);
    if ('line' in mapped) {
      lines.push(mapped.line);
      continue;
    }
    rejects.push(mapped.reject);
    const order = withOrder.safeParse(raw);
    if (order.success && order.data.order_id !== null) incomplete.add(order.data.order_id);
  }
  const byOrder = Map.groupBy(lines, (line) => line.orderId);
  const drafts: Draft[] = [];
  for (const raw of records) {
    const parsed = withId.safeParse(raw);
    const id = parsed.success ? parsed.data.id : 0;
    const mapped = mapOrder(raw, byOrder.get(id) ?? [], !incomplete.has(id), facts);
    if ('draft' in mapped) drafts.push(mapped.draft);
    else rejects.push(mapped.reject);
  }
  return { drafts: [...drafts, ...lines.map((line) => line.draft)], rejects };
}

async function linesOf(client: OdooClient, orderIds: readonly number[], facts: OrderStreamFacts): Promise<readonly unknown[]> {
  if (orderIds.length === 0) return [];
  const lines: unknown[] = [];
  const search = { domain: [['order_id', 'in', orderIds] as const], fields: facts.lineFields, limit: 2000 };
  for await (const page of allById(client, 'sale.order.line', search)) lines.push(...page);
  await learnProducts(client, lines, facts.products);
  return lines;
}

async function readableLineFields(client: OdooClient): Promise<readonly string[]> {
  const readable = (await client.fields('sale.order.line')) ?? new Set<string>();
  const lacking = LINE_REQUIRED.filter((field) => !readable.has(field));
  if (lacking.length > 0) throw lackingFields('sale.order.line', lacking);
  return LINE_FIELDS.filter((field) => readable.has(field));
}
