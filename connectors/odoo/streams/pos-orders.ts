import type { Draft, Notice, Reject } from '#contract';
import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { readCompanies, readCompanyPartners, readCurrencies } from '../companies.ts';
import {
  mapCounterOrder,
  POS_FIELDS,
  POS_LINE_FIELDS,
  POS_LINE_REQUIRED,
  POS_REQUIRED,
  readCounterLine,
  type CounterFacts,
  type CounterLine,
} from '../mapping/pos-order.ts';
import type { LineProduct } from '../mapping/order-line.ts';
import { rejectOf } from '../mapping/read-record.ts';
import { many2one, maybe, recordId } from '../raw-values.ts';
import { learnProducts } from '../sale-facts.ts';
import { allById } from '../window.ts';
import { readTaxes } from '../taxes.ts';
import { lackingFields, windowedStream, type Mapped } from '../windowed-stream.ts';

interface CounterStreamFacts extends CounterFacts {
  readonly products: Map<number, LineProduct>;
  readonly notices: readonly Notice[];
  readonly refundedOrders: Map<number, number>;
  readonly lineFields: readonly string[];
}

const withId = z.object({ id: recordId });
const withOrder = z.object({ id: recordId, order_id: many2one });
const withRefunded = z.object({ refunded_orderline_id: maybe(many2one) });

/** Sales at the counter, each with its lines, and what was given back there. */
export const posOrders = windowedStream<CounterStreamFacts>({
  name: 'pos_orders',
  description: 'Orders of the point of sale, with their lines and refunds',
  entities: ['order', 'order_line', 'refund', 'refund_line'],
  model: 'pos.order',
  listed: [
    { entity: 'order', ids: '^pos:(\\d+)$' },
    { entity: 'refund', ids: '^pos:(\\d+)(?:/.*)?$' },
  ],
  parts: { order: ['order_line'], refund: ['refund_line'] },
  intervalSeconds: 300,
  pageSize: 500,
  required: POS_REQUIRED,
  wanted: () => POS_FIELDS,
  shared: false,
  businessField: 'date_order',
  rows: null,
  totalled: { at: 'created_at' },
  fromField: 'date_order',
  withoutRight: {
    en: 'sales at the counter are left out.',
    es: 'las ventas del punto de venta quedan fuera.',
  },
  async prepare(client, settings) {
    const companies = await readCompanies(client, settings.company_id);
    const readable = (await client.fields('pos.order.line')) ?? new Set<string>();
    const lacking = POS_LINE_REQUIRED.filter((field) => !readable.has(field));
    if (lacking.length > 0) throw lackingFields('pos.order.line', lacking);
    const { taxes, notices } = await readTaxes(client);
    return {
      currencies: await readCurrencies(client),
      companyCurrency: new Map(companies.map((company) => [company.id, company.currencyId])),
      companyPartners: await readCompanyPartners(client, companies),
      products: new Map(),
      taxes,
      notices,
      refundedOrders: new Map(),
      lineFields: POS_LINE_FIELDS.filter((field) => readable.has(field)),
    };
  },
  notices: (facts) => facts.notices,
  async map(records, facts, client) {
    const ids = records.map((record) => withId.safeParse(record)).flatMap((record) => (record.success ? [record.data.id] : []));
    if (ids.length === 0) return { drafts: [], rejects: [] };
    const lines: unknown[] = [];
    const search = { domain: [['order_id', 'in', ids] as const], fields: facts.lineFields, limit: 2000 };
    for await (const page of allById(client, 'pos.order.line', search)) lines.push(...page);
    await learnRefunded(client, lines, facts.refundedOrders);
    await learnProducts(client, lines, facts.products);
    return mapCounterOrders(records, lines, facts);
  },
});

/** Pure: orders of the counter and all their raw lines as drafts. */
export function mapCounterOrders(records: readonly unknown[], rawLines: readonly unknown[], facts: CounterFacts): Mapped {
  const rows: CounterLine[] = [];
  const incomplete = new Set<number>();
  for (const raw of rawLines) {
    const read = readCounterLine(raw);
    const order = withOrder.safeParse(raw);
    if ('row' in read) rows.push(read.row);
    else if (order.success && order.data.order_id !== null) incomplete.add(order.data.order_id);
  }
  const byOrder = Map.groupBy(rows, (row) => row.order_id ?? 0);
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const raw of records) {
    const parsed = withId.safeParse(raw);
    const id = parsed.success ? parsed.data.id : 0;
    const mapped = incomplete.has(id)
      ? { reject: rejectOf('order', raw, 'one of its lines does not have the expected shape', POS_FIELDS) }
      : mapCounterOrder(raw, byOrder.get(id) ?? [], facts);
    if ('drafts' in mapped) drafts.push(...mapped.drafts);
    else rejects.push(mapped.reject);
  }
  return { drafts, rejects };
}

async function learnRefunded(client: OdooClient, lines: readonly unknown[], orders: Map<number, number>): Promise<void> {
  const named = lines
    .map((line) => withRefunded.safeParse(line))
    .flatMap((line) => (line.success ? [line.data.refunded_orderline_id] : []));
  const unknown = [...new Set(named)].filter((id) => id !== null).filter((id) => !orders.has(id));
  if (unknown.length === 0) return;
  const rows = await client.searchRead('pos.order.line', { domain: [['id', 'in', unknown]], fields: ['id', 'order_id'] });
  for (const row of rows) {
    const parsed = withOrder.safeParse(row);
    if (parsed.success && parsed.data.order_id !== null) orders.set(parsed.data.id, parsed.data.order_id);
  }
}
