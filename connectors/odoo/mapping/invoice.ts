import type { Draft, DraftFields, Reject } from '#contract';
import { amountOf, roundTo, textOf } from '../amount.ts';
import { statedLines, taxParts, type InvoiceLineRow, type StatedLine } from './invoice-line.ts';
import { refundDrafts } from './invoice-refund.ts';
import { saleDrafts } from './invoice-sale.ts';
import { addsUp } from './order-line.ts';
import {
  idText,
  INVOICE_FIELDS,
  readInvoice,
  saleLineOf,
  saleOf,
  stampsOf,
  type InvoiceFacts,
  type InvoiceRow,
  type ReadInvoice,
} from './read-invoice.ts';
import { rejectOf, whitelisted } from './read-record.ts';

const STATES: Readonly<Record<string, ReadInvoice['state']>> = { draft: 'draft', posted: 'posted', cancel: 'cancelled' };
const DEBIT_NOTES: ReadonlySet<string | undefined> = new Set(['56', '111']);

/**
 * A document with its lines, and what it is beside that: a credit note gives back (refund), an invoice without order is a sale of its own.
 * The document carries all of these, so that what it no longer is goes with it.
 */
export function mapInvoice(
  raw: unknown,
  rows: readonly InvoiceLineRow[],
  facts: InvoiceFacts,
): { readonly drafts: readonly Draft[] } | { readonly reject: Reject } {
  const read = readInvoice(raw);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('invoice', raw, reason, INVOICE_FIELDS) });
  const state = STATES[row.state ?? ''];
  if (state === undefined) return refuse(`its state "${row.state ?? ''}" is not known`);
  if (state === 'posted' && row.invoice_date === null) return refuse('is posted without a date');
  const currency = row.currency_id === null ? undefined : facts.currencies.get(row.currency_id);
  if (currency === undefined) return refuse(`its currency (${row.currency_id ?? 'none'}) cannot be read`);
  const [untaxed, tax, total] = [row.amount_untaxed, row.amount_tax, row.amount_total].map((value) =>
    roundTo(amountOf(value), currency.places),
  );
  if (untaxed === undefined || tax === undefined || total === undefined || !addsUp(untaxed, tax, total, currency.places)) {
    return refuse('amount_untaxed and amount_tax do not add up to amount_total');
  }
  const lines = statedLines(rows, currency, total, untaxed);
  const type = row.l10n_latam_document_type_id === null ? undefined : facts.documentTypes.get(row.l10n_latam_document_type_id);
  const debit = row.debit_origin_id !== null || DEBIT_NOTES.has(type);
  const kind = row.move_type === 'out_refund' ? 'credit_note' : debit ? 'debit_note' : 'invoice';
  const reference = facts.references.get(row.id) ?? null;
  const intercompany = row.partner_id !== null && facts.companyPartners.has(row.partner_id);
  const invoice: ReadInvoice = {
    row,
    kind,
    state,
    currency,
    lines,
    reference,
    intercompany,
    orderOf: orderOf(row, kind, state, lines, facts),
  };
  const parts = taxParts(rows, lines, untaxed, facts.taxes, currency.places);
  const companyCurrency = row.company_id === null ? undefined : facts.companyCurrency.get(row.company_id);
  const fields: DraftFields<'invoice'> = {
    name: row.name ?? '/',
    kind,
    state,
    payment_state: row.payment_state,
    document_type: type ?? null,
    folio: type === undefined ? null : folioOf(row.l10n_latam_document_number),
    invoice_date: row.invoice_date,
    currency_source: currency.code,
    amount_total_source: textOf(total),
    amount_untaxed_source: textOf(untaxed),
    amount_tax_source: textOf(total - untaxed),
    amount_net_source: parts === null ? null : textOf(parts.net),
    amount_exempt_source: parts === null ? null : textOf(parts.exempt),
    amount_iva_source: parts === null ? null : textOf(parts.iva),
    amount_other_taxes_source: parts === null ? null : textOf(total - untaxed - parts.iva),
    amount_total_company: row.amount_total_signed === null ? null : textOf(amountOf(row.amount_total_signed)),
    currency_company: (companyCurrency === undefined ? undefined : facts.currencies.get(companyCurrency)?.code) ?? null,
    reversed_invoice_id: idText(row.reversed_entry_id),
    debited_invoice_id: idText(row.debit_origin_id),
    reference_type: reference?.type ?? null,
    reference_folio: reference?.folio ?? null,
    reference_reason: reference?.reason ?? null,
    sii_state: row.l10n_cl_dte_status,
    customer_id: idText(row.partner_id),
    buyer_rut: (row.partner_id === null ? undefined : facts.companyRuts.get(row.partner_id)) ?? null,
    company: idText(row.company_id),
    intercompany,
  };
  const draft: Draft = {
    entity: 'invoice',
    ...stampsOf(row),
    sourceId: String(row.id),
    fields,
    complete: ['invoice_line', 'refund', 'order'],
    raw: whitelisted(raw, INVOICE_FIELDS),
  };
  return {
    drafts: [draft, ...lines.map((line) => lineDraft(invoice, line)), ...refundDrafts(invoice), ...saleDrafts(invoice, facts)],
  };
}

/** Folios are numbers; some journals write them with leading zeros, and a document without folio yet says `/`. */
function folioOf(number: string | null): string | null {
  return /^0*(\d+)$/.exec(number?.trim() ?? '')?.[1] ?? null;
}

/**
 * The sale of each line: its sale order; else the document's one sale order; a credit note without any, the sale of the invoice it reverses; a
 * posted invoice without any is a sale itself. Documents of the counter belong to its own orders.
 */
function orderOf(
  row: InvoiceRow,
  kind: ReadInvoice['kind'],
  state: ReadInvoice['state'],
  lines: readonly StatedLine[],
  facts: InvoiceFacts,
): ReadInvoice['orderOf'] {
  const own = new Map<number, string>();
  for (const { row: line } of lines) {
    const order = (line.sale_line_ids ?? []).map((id) => facts.saleOrders.get(id)).find((id) => id !== undefined);
    if (order !== undefined) own.set(line.id, String(order));
  }
  const orders = new Set(own.values());
  const atCounter = row.pos_order_ids ?? [];
  const whole = () => {
    if (orders.size > 0) return orders.size === 1 ? ([...orders][0] ?? null) : null;
    if (atCounter.length > 0) return atCounter.length === 1 ? `pos:${atCounter[0]}` : null;
    if (kind === 'credit_note') return row.reversed_entry_id === null ? null : (facts.origins.get(row.reversed_entry_id) ?? null);
    return state === 'posted' ? saleOf(row.id) : null;
  };
  const rest = whole();
  return (line) => own.get(line.row.id) ?? rest;
}

function lineDraft(invoice: ReadInvoice, line: StatedLine): Draft {
  const order = invoice.orderOf(line);
  const [saleLine] = line.row.sale_line_ids ?? [];
  const own = order === saleOf(invoice.row.id) ? saleLineOf(line.row.id) : null;
  return {
    entity: 'invoice_line',
    ...stampsOf(line.row),
    sourceId: String(line.row.id),
    fields: {
      invoice_id: String(invoice.row.id),
      order_id: order,
      order_line_id: own ?? idText(saleLine ?? null),
      product_id: idText(line.row.product_id),
      quantity: textOf(roundTo(amountOf(line.row.quantity), 8)),
      amount_source: textOf(line.amount),
      amount_untaxed_source: textOf(line.untaxed),
      amount_tax_source: textOf(line.amount - line.untaxed),
      currency_source: invoice.currency.code,
    },
  };
}
