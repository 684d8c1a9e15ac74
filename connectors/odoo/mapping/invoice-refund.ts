import type { Draft } from '#contract';
import { amountOf, roundTo, textOf } from '../amount.ts';
import { idText, stampsOf, type ReadInvoice } from './read-invoice.ts';
import type { StatedLine } from './invoice-line.ts';

/**
 * What a posted credit note gives back: a refund for each sale it is of. None: drafts and cancelled ones, corrections of text (reason 2), those
 * of the counter (its own orders say what was given back), and between companies of the tenant.
 */
export function refundDrafts(invoice: ReadInvoice): Draft[] {
  const { row, lines } = invoice;
  if (invoice.kind !== 'credit_note' || invoice.state !== 'posted' || invoice.reference?.reason === '2') return [];
  if ((row.pos_order_ids ?? []).length > 0) return [];
  const byOrder = Map.groupBy(lines, invoice.orderOf);
  return [...byOrder].flatMap(([order, own]) => {
    const total = own.reduce((sum, line) => sum + line.amount, 0n);
    const untaxed = own.reduce((sum, line) => sum + line.untaxed, 0n);
    if (total <= 0n || (order === null && invoice.intercompany)) return [];
    const sourceId = byOrder.size === 1 ? String(row.id) : `${row.id}/${order ?? 'none'}`;
    const refund: Draft = {
      entity: 'refund',
      ...stampsOf(row),
      sourceId,
      fields: {
        order_id: order,
        created_at: `${row.invoice_date ?? ''}T12:00:00Z`,
        created_on: row.invoice_date,
        currency_source: invoice.currency.code,
        amount_total_source: textOf(total),
        amount_untaxed_source: textOf(untaxed),
        amount_tax_source: textOf(total - untaxed),
        // A credit note is settled by money or against an invoice alike: which of them is not said.
        amount_paid_back_source: null,
        invoice_id: String(row.id),
      },
      complete: ['refund_line'],
    };
    return [refund, ...own.flatMap((line) => refundLine(invoice, sourceId, line))];
  });
}

function refundLine(invoice: ReadInvoice, refundId: string, line: StatedLine): Draft[] {
  const [saleLine] = line.row.sale_line_ids ?? [];
  const orderLine = idText(saleLine ?? null);
  if (orderLine === null) return [];
  return [
    {
      entity: 'refund_line',
      ...stampsOf(line.row),
      sourceId: String(line.row.id),
      fields: {
        refund_id: refundId,
        order_line_id: orderLine,
        quantity: textOf(roundTo(amountOf(line.row.quantity), 8)),
        amount_source: textOf(line.amount),
        amount_tax_source: textOf(line.amount - line.untaxed),
        currency_source: invoice.currency.code,
      },
    },
  ];
}
