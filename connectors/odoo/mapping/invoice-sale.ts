import type { Draft, DraftFields } from '#contract';
import { plain, textOf, type Amount } from '../amount.ts';
import { idText, saleLineOf, saleOf, stampsOf, type InvoiceFacts, type ReadInvoice } from './read-invoice.ts';
import type { StatedLine } from './invoice-line.ts';
import { firstLine } from './order-line.ts';
import { ivaParts } from './tax.ts';
import { inReferenceUnit, NO_UNITS } from './unit.ts';

const PAID: Readonly<Record<string, DraftFields<'order'>['payment_state']>> = {
  paid: 'paid',
  in_payment: 'paid',
  partial: 'partial',
  not_paid: 'unpaid',
};

/** The sale that a posted invoice is where none of its lines has a sale order or an order of the counter: services, subscriptions, debit notes. */
export function saleDrafts(invoice: ReadInvoice, facts: InvoiceFacts): Draft[] {
  const { row, lines } = invoice;
  const id = saleOf(row.id);
  const own = lines.filter((line) => invoice.orderOf(line) === id);
  if (own.length === 0) return [];
  const sum = (of: (line: StatedLine) => Amount) => own.reduce((total, line) => total + of(line), 0n);
  const total = sum((line) => line.amount);
  const untaxed = sum((line) => line.untaxed);
  const parts = own.map((line) => partsOf(invoice, line, facts));
  const known = (of: (one: (typeof parts)[number]) => Amount | null) =>
    parts.reduce<Amount | null>((all, one) => (all === null || of(one) === null ? null : all + (of(one) ?? 0n)), 0n);
  const order: Draft = {
    entity: 'order',
    ...stampsOf(row),
    sourceId: id,
    fields: {
      name: row.name ?? '/',
      // What is invoiced without an order is delivered as far as anybody says.
      status: 'completed',
      delivered: true,
      invoiced: true,
      excluded_because: invoice.intercompany ? 'intercompany' : total === 0n ? 'zero_value' : null,
      payment_state: PAID[row.payment_state ?? ''] ?? null,
      source_status: [row.move_type, row.state, row.payment_state].filter((word) => word !== null).join('/'),
      created_at: `${row.invoice_date ?? ''}T12:00:00Z`,
      created_on: row.invoice_date,
      cancelled_at: null,
      currency_source: invoice.currency.code,
      amount_total_source: textOf(total),
      amount_untaxed_source: textOf(untaxed),
      amount_tax_source: textOf(total - untaxed),
      amount_iva_source: textOrNull(known((one) => one.iva)),
      amount_exempt_source: textOrNull(known((one) => one.exempt)),
      amount_ledger_source: null,
      amount_products_source: textOf(total),
      amount_shipping_source: '0',
      amount_discount_source: textOf(sum((line) => line.discount)),
      amount_other_source: '0',
      customer_id: idText(row.partner_id),
      channel: 'invoice',
      company: idText(row.company_id),
      shop: null,
      shop_order_id: null,
      shop_order_name: null,
      invoice_id: String(row.id),
    },
    complete: ['order_line'],
  };
  return [order, ...own.map((line) => saleLine(invoice, line, facts))];
}

function saleLine(invoice: ReadInvoice, line: StatedLine, facts: InvoiceFacts): Draft {
  const { product_id: product, product_uom_id: unit } = line.row;
  const known = product === null ? undefined : facts.products.get(product);
  return {
    entity: 'order_line',
    ...stampsOf(line.row),
    sourceId: saleLineOf(line.row.id),
    fields: {
      order_id: saleOf(invoice.row.id),
      product_id: idText(product),
      line_kind: product !== null ? 'product' : line.amount < 0n ? 'discount' : 'other',
      sku: known?.sku ?? null,
      name: firstLine(line.row.name),
      quantity: plain(line.row.quantity),
      ...(product === null ? NO_UNITS : inReferenceUnit(line.row.quantity, unit, known?.unit ?? null, facts.units)),
      unit_price_source: plain(line.row.price_unit ?? 0),
      amount_source: textOf(line.amount),
      amount_untaxed_source: textOf(line.untaxed),
      amount_tax_source: textOf(line.amount - line.untaxed),
      amount_iva_source: textOrNull(partsOf(invoice, line, facts).iva),
      amount_discount_source: textOf(line.discount),
      currency_source: invoice.currency.code,
    },
  };
}

const partsOf = ({ currency }: ReadInvoice, { row, amount, untaxed }: StatedLine, facts: InvoiceFacts) =>
  ivaParts(untaxed, amount - untaxed, row.tax_ids, facts.taxes, currency.places);

const textOrNull = (amount: Amount | null) => (amount === null ? null : textOf(amount));
