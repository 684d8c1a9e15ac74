import type { Draft, DraftFields } from '#contract';
import { plain, textOf, type Amount } from '../amount.ts';
import { idText, saleLineOf, saleOf, stampsOf, type InvoiceFacts, type ReadInvoice } from './read-invoice.ts';
import type { StatedLine } from './invoice-line.ts';
import { firstLine, kindOf, type LineKind } from './order-line.ts';
import { ivaParts, type IvaParts } from './tax.ts';
import { inReferenceUnit, NO_UNITS } from './unit.ts';

const PAID: Readonly<Record<string, DraftFields<'order'>['payment_state']>> = {
  paid: 'paid',
  in_payment: 'paid',
  partial: 'partial',
  not_paid: 'unpaid',
};

/** A line with what it is of the sale. */
interface SoldLine extends StatedLine, IvaParts {
  readonly kind: LineKind;
  readonly discount: Amount;
  readonly draft: Draft;
}

/**
 * The sales that a posted invoice is: by itself, where none of its lines has a sale order or an order of the counter (services,
 * subscriptions, debit notes); else its share of each sale order, which counts where a company counts by documents. What it bills besides
 * several orders goes with the first of them.
 */
export function saleDrafts(invoice: ReadInvoice, facts: InvoiceFacts): Draft[] {
  if (invoice.state !== 'posted' || invoice.kind === 'credit_note') return [];
  const orders = invoice.lines.flatMap((line) => invoice.orderOf(line) ?? []);
  const [first] = orders.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const shares = Map.groupBy(invoice.lines, (line) => invoice.orderOf(line) ?? first);
  return [...shares].flatMap(([order, lines]) => {
    if (order === saleOf(invoice.row.id)) return shareDrafts(invoice, order, null, lines, facts);
    return order !== undefined && /^\d+$/.test(order)
      ? shareDrafts(invoice, `${saleOf(invoice.row.id)}/${order}`, order, lines, facts)
      : [];
  });
}

function shareDrafts(
  invoice: ReadInvoice,
  id: string,
  invoicedOrder: string | null,
  stated: readonly StatedLine[],
  facts: InvoiceFacts,
): Draft[] {
  const { row } = invoice;
  const lines = stated.map((line) => soldLine(invoice, id, line, facts));
  // Gift cards are a liability where they are sold, and a payment where they are used.
  const own = lines.filter(({ kind }) => kind !== 'gift_card');
  const sum = (of: (line: SoldLine) => Amount, pick: (line: SoldLine) => boolean = () => true) =>
    own.reduce((total, line) => (pick(line) ? total + of(line) : total), 0n);
  const total = sum((line) => line.amount);
  const untaxed = sum((line) => line.untaxed);
  const products = sum(
    (line) => line.amount,
    ({ kind }) => kind !== 'shipping' && kind !== 'down_payment' && kind !== 'tip',
  );
  const shipping = sum(
    (line) => line.amount,
    ({ kind }) => kind === 'shipping',
  );
  const known = (of: (line: SoldLine) => Amount | null) =>
    own.reduce<Amount | null>((all, line) => (all === null || of(line) === null ? null : all + (of(line) ?? 0n)), 0n);
  const order: Draft = {
    entity: 'order',
    ...stampsOf(row),
    sourceId: id,
    fields: {
      name: row.name ?? '/',
      // What is invoiced without an order is delivered as far as anybody says; of an order, the order says it.
      status: 'completed',
      delivered: true,
      invoiced: true,
      excluded_because: invoice.intercompany ? 'intercompany' : own.length === 0 ? 'gift_card_only' : total === 0n ? 'zero_value' : null,
      payment_state: PAID[row.payment_state ?? ''] ?? null,
      source_status: [row.move_type, row.state, row.payment_state].filter((word) => word !== null).join('/'),
      created_at: `${row.invoice_date ?? ''}T12:00:00Z`,
      created_on: row.invoice_date,
      cancelled_at: null,
      currency_source: invoice.currency.code,
      amount_total_source: textOf(total),
      amount_untaxed_source: textOf(untaxed),
      amount_tax_source: textOf(total - untaxed),
      amount_iva_source: textOrNull(known((line) => line.iva)),
      amount_exempt_source: textOrNull(known((line) => line.exempt)),
      amount_ledger_source: null,
      amount_products_source: textOf(products),
      amount_shipping_source: textOf(shipping),
      amount_discount_source: textOf(sum((line) => line.discount)),
      amount_other_source: textOf(total - products - shipping),
      customer_id: idText(row.partner_id),
      channel: invoicedOrder === null ? 'invoice' : channelOf(invoice, facts),
      company: idText(row.company_id),
      shop: null,
      shop_order_id: null,
      shop_order_name: null,
      invoice_id: String(row.id),
      ...(invoicedOrder === null ? {} : { invoiced_order_id: invoicedOrder }),
    },
    complete: ['order_line'],
  };
  return [order, ...lines.map(({ draft }) => draft)];
}

/** As of the order that it invoices: documents take over its website and team. */
function channelOf({ row }: ReadInvoice, { teams }: InvoiceFacts): string {
  if (row.website_id !== null) return 'website';
  return (row.team_id === null ? undefined : teams.get(row.team_id)) ?? 'odoo';
}

function soldLine(invoice: ReadInvoice, orderId: string, line: StatedLine, facts: InvoiceFacts): SoldLine {
  const { row, amount, untaxed } = line;
  const { product_id: product, product_uom_id: unit } = row;
  const known = product === null ? undefined : facts.products.get(product);
  const [invoiced] = (row.sale_line_ids ?? []).flatMap((id) => facts.saleLines.get(id) ?? []);
  const kind = kindOf(
    { ...(invoiced ?? UNSAID), display_type: null, product_id: product, product_uom_qty: row.quantity },
    facts,
    known?.sku ?? null,
    amount,
  );
  const discount = amount < 0n && (kind === 'discount' || kind === 'reward') ? -amount : kind === 'gift_card' ? 0n : line.discount;
  const parts = ivaParts(untaxed, amount - untaxed, row.tax_ids, facts.taxes, invoice.currency.places);
  const draft: Draft = {
    entity: 'order_line',
    ...stampsOf(row),
    sourceId: saleLineOf(row.id),
    fields: {
      order_id: orderId,
      product_id: idText(product),
      line_kind: kind,
      sku: known?.sku ?? null,
      name: firstLine(row.name),
      quantity: plain(row.quantity),
      ...(kind === 'product' ? inReferenceUnit(row.quantity, unit ?? invoiced?.unit ?? null, known?.unit ?? null, facts.units) : NO_UNITS),
      unit_price_source: plain(row.price_unit ?? 0),
      amount_source: textOf(amount),
      amount_untaxed_source: textOf(untaxed),
      amount_tax_source: textOf(amount - untaxed),
      amount_iva_source: textOrNull(parts.iva),
      amount_discount_source: textOf(discount),
      currency_source: invoice.currency.code,
    },
  };
  return { ...line, ...parts, kind, discount, draft };
}

/** A line that invoices no line of an order. */
const UNSAID = { is_delivery: null, is_downpayment: null, is_reward_line: null, reward_id: null } as const;

const textOrNull = (amount: Amount | null) => (amount === null ? null : textOf(amount));
