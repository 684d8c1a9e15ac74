import type { Draft, Reject } from '#contract';
import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { learnReferences, readInvoiceFacts, type LearningFacts } from '../invoice-facts.ts';
import { INVOICE_LINE_FIELDS, INVOICE_LINE_REQUIRED, readInvoiceLine, type InvoiceLineRow } from '../mapping/invoice-line.ts';
import { mapInvoice } from '../mapping/invoice.ts';
import { INVOICE_FIELDS, INVOICE_REQUIRED, type InvoiceFacts } from '../mapping/read-invoice.ts';
import { rejectOf } from '../mapping/read-record.ts';
import { char, many2one, maybe, recordId } from '../raw-values.ts';
import { learnProducts } from '../sale-facts.ts';
import { allById } from '../window.ts';
import { lackingFields, windowedStream, type Mapped } from '../windowed-stream.ts';

interface InvoiceStreamFacts extends LearningFacts {
  readonly lineFields: readonly string[];
}

const TYPES = ['out_invoice', 'out_refund'];
const withId = z.object({ id: recordId });
const withType = z.object({ move_type: maybe(char) });
const withMove = z.object({ move_id: maybe(many2one) });

/** Invoices, debit and credit notes of sales, with their lines; what they give back, and the sales that have no other document. */
export const invoices = windowedStream<InvoiceStreamFacts>({
  name: 'invoices',
  description: 'Invoices and credit notes of sales, with refunds, and sales that were invoiced without an order',
  entities: ['invoice', 'invoice_line', 'refund', 'refund_line', 'order', 'order_line'],
  model: 'account.move',
  parts: { invoice: ['invoice_line', 'refund', 'order'], refund: ['refund_line'], order: ['order_line'] },
  intervalSeconds: 300,
  pageSize: 500,
  required: INVOICE_REQUIRED,
  wanted: () => INVOICE_FIELDS,
  shared: false,
  domain: [['move_type', 'in', TYPES]],
  businessField: 'invoice_date',
  rows: null,
  totalled: { at: 'invoice_date', money: { amount: 'amount_total_source', currency: 'currency_source' } },
  businessDays: true,
  fromField: 'invoice_date',
  withoutRight: {
    en: 'refunds by credit note and sales invoiced without an order are not known, and no order is refunded.',
    es: 'no se conocen las devoluciones por nota de crédito ni las ventas facturadas sin pedido, y ningún pedido figura devuelto.',
  },
  async prepare(client, settings) {
    return { ...(await readInvoiceFacts(client, settings)), lineFields: await readableLineFields(client) };
  },
  notices: (facts) => facts.notices,
  async map(records, facts, client) {
    const ids = records.map((record) => withId.safeParse(record)).flatMap((record) => (record.success ? [record.data.id] : []));
    const lines = await linesOf(client, ids, facts.lineFields);
    await learnReferences(client, records, lines, facts);
    await learnProducts(client, lines, facts.products);
    return mapInvoices(records, lines, facts);
  },
});

/** Pure: documents and all their raw lines as drafts. Documents that are none of a sale are left out. */
export function mapInvoices(records: readonly unknown[], rawLines: readonly unknown[], facts: InvoiceFacts): Mapped {
  const rows: InvoiceLineRow[] = [];
  const rejects: Reject[] = [];
  const incomplete = new Set<number>();
  for (const raw of rawLines) {
    const read = readInvoiceLine(raw);
    if ('row' in read) {
      rows.push(read.row);
      continue;
    }
    const move = withMove.safeParse(raw);
    if (move.success && move.data.move_id !== null) incomplete.add(move.data.move_id);
  }
  const byInvoice = Map.groupBy(rows, (row) => row.move_id ?? 0);
  const drafts: Draft[] = [];
  let others = 0;
  for (const raw of records) {
    const type = withType.safeParse(raw);
    if (type.success && type.data.move_type !== null && !TYPES.includes(type.data.move_type)) {
      others += 1;
      continue;
    }
    const parsed = withId.safeParse(raw);
    const id = parsed.success ? parsed.data.id : 0;
    // Whose sale a document is can only be told by all of its lines.
    const mapped = incomplete.has(id)
      ? { reject: rejectOf('invoice', raw, 'one of its lines does not have the expected shape', INVOICE_FIELDS) }
      : mapInvoice(raw, byInvoice.get(id) ?? [], facts);
    if ('drafts' in mapped) drafts.push(...mapped.drafts);
    else rejects.push(mapped.reject);
  }
  return { drafts, rejects, ...(others === 0 ? {} : { excluded: { not_of_a_sale: others } }) };
}

/** Asked by kind of line, so that receivables and cost of goods stay where they are. */
async function linesOf(client: OdooClient, invoiceIds: readonly number[], fields: readonly string[]): Promise<readonly unknown[]> {
  if (invoiceIds.length === 0) return [];
  const lines: unknown[] = [];
  const kinds = fields.includes('display_type') ? [['display_type', 'in', ['product', 'tax']] as const] : [];
  const search = { domain: [['move_id', 'in', invoiceIds] as const, ...kinds], fields, limit: 2000 };
  for await (const page of allById(client, 'account.move.line', search)) lines.push(...page);
  return lines;
}

async function readableLineFields(client: OdooClient): Promise<readonly string[]> {
  const readable = (await client.fields('account.move.line')) ?? new Set<string>();
  const lacking = INVOICE_LINE_REQUIRED.filter((field) => !readable.has(field));
  if (lacking.length > 0) throw lackingFields('account.move.line', lacking);
  return INVOICE_LINE_FIELDS.filter((field) => readable.has(field));
}
