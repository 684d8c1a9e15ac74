import type { Draft, DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, plain, roundTo, textOf, type Amount } from '../amount.ts';
import type { Currency } from '../companies.ts';
import { char, datetime, many2many, many2one, maybe, number, recordId } from '../raw-values.ts';
import { discountOf } from './invoice-line.ts';
import { firstLine, type LineProduct } from './order-line.ts';
import { idText, stampsOf } from './read-invoice.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';
import { ivaParts, type IvaParts, type Taxes } from './tax.ts';
import { inReferenceUnit, NO_UNITS } from './unit.ts';

const orderSchema = z.object({
  id: recordId,
  name: maybe(char),
  state: char,
  date_order: datetime,
  partner_id: maybe(many2one),
  company_id: maybe(many2one),
  currency_id: maybe(many2one),
  amount_total: number,
  create_date: maybe(datetime),
  write_date: datetime,
});
const lineSchema = z.object({
  id: recordId,
  order_id: many2one,
  product_id: maybe(many2one),
  full_product_name: maybe(char),
  qty: number,
  price_unit: number,
  discount: maybe(number),
  tax_ids: maybe(many2many),
  price_subtotal: number,
  price_subtotal_incl: number,
  sale_order_origin_id: maybe(many2one),
  refunded_orderline_id: maybe(many2one),
  create_date: maybe(datetime),
  write_date: datetime,
});
type Order = z.output<typeof orderSchema>;
export type CounterLine = z.output<typeof lineSchema>;

export const POS_REQUIRED = ['state', 'date_order', 'amount_total', 'write_date'];
export const POS_FIELDS = Object.keys(orderSchema.shape);
export const POS_LINE_REQUIRED = ['order_id', 'qty', 'price_unit', 'price_subtotal', 'price_subtotal_incl', 'write_date'];
export const POS_LINE_FIELDS = Object.keys(lineSchema.shape);

export interface CounterFacts {
  readonly currencies: ReadonlyMap<number, Currency>;
  readonly companyCurrency: ReadonlyMap<number, number>;
  readonly companyPartners: ReadonlySet<number>;
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly taxes: Taxes;
  /** Line that was given back → its order. */
  readonly refundedOrders: ReadonlyMap<number, number>;
}

const STATES: Readonly<Record<string, DraftFields<'order'>['status']>> = {
  draft: 'quotation',
  cancel: 'cancelled',
  paid: 'completed',
  done: 'completed',
  invoiced: 'completed',
};

interface Part extends IvaParts {
  readonly row: CounterLine;
  readonly amount: Amount;
  readonly untaxed: Amount;
}

export function readCounterLine(raw: unknown): { readonly row: CounterLine } | { readonly reject: Reject } {
  return readRecord(
    lineSchema,
    raw,
    'order_line',
    POS_LINE_FIELDS.filter((field) => field !== 'full_product_name'),
  );
}

/**
 * A sale at the counter. Lines that settle a sale order are left out: that order is counted already. Lines that give back what was bought
 * before are a refund of that sale, on the day of this one.
 */
export function mapCounterOrder(
  raw: unknown,
  rows: readonly CounterLine[],
  facts: CounterFacts,
): { readonly drafts: readonly Draft[] } | { readonly reject: Reject } {
  const read = readRecord(orderSchema, raw, 'order', POS_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('order', raw, reason, POS_FIELDS) });
  const currencyId = row.currency_id ?? (row.company_id === null ? null : facts.companyCurrency.get(row.company_id)) ?? 0;
  const currency = facts.currencies.get(currencyId);
  if (currency === undefined) return refuse('its currency cannot be read');
  const at = row.date_order;
  if (at === null) return refuse('lacks date_order');

  const parts = rows.map((line): Part => {
    const amount = roundTo(amountOf(line.price_subtotal_incl), currency.places);
    const untaxed = roundTo(amountOf(line.price_subtotal), currency.places);
    return { row: line, amount, untaxed, ...ivaParts(untaxed, amount - untaxed, line.tax_ids, facts.taxes, currency.places) };
  });
  const stated = roundTo(amountOf(row.amount_total), currency.places);
  // What is paid in cash may be rounded to ten pesos.
  const rounding = stated - sum(parts, (part) => part.amount);
  if (absolute(rounding) > 10n ** BigInt(12 - currency.places) * BigInt(10 + rows.length))
    return refuse('its lines do not add up to amount_total');
  const given = parts.filter((part) => part.row.refunded_orderline_id !== null);
  const sold = parts.filter((part) => part.row.refunded_orderline_id === null && part.row.sale_order_origin_id === null);
  const settles = parts.length > given.length + sold.length;
  const status = STATES[row.state ?? ''] ?? 'open';
  const order = saleDraft(row, at, currency, sold, settles ? 0n : rounding, status, exclusion(row, sold, settles, facts), raw);
  const refunds = status === 'quotation' || status === 'cancelled' ? [] : refundDrafts(row, at, currency, given, facts);
  return { drafts: [order, ...sold.map((part) => lineDraft(row, part, currency, facts.products)), ...refunds] };
}

const sum = (parts: readonly Part[], of: (part: Part) => Amount) => parts.reduce((total, part) => total + of(part), 0n);

/** The sum of what may be unknown of one. */
function known(parts: readonly Part[], of: (part: Part) => Amount | null): string | null {
  const all = parts.reduce<Amount | null>(
    (total, part) => (total === null ? null : of(part) === null ? null : total + (of(part) ?? 0n)),
    0n,
  );
  return all === null ? null : textOf(all);
}

function exclusion(row: Order, sold: readonly Part[], settles: boolean, facts: CounterFacts): DraftFields<'order'>['excluded_because'] {
  if (row.partner_id !== null && facts.companyPartners.has(row.partner_id)) return 'intercompany';
  if (sold.length === 0 && settles) return 'settlement';
  return sum(sold, (part) => part.amount) === 0n ? 'zero_value' : null;
}

function saleDraft(
  row: Order,
  at: string,
  currency: Currency,
  sold: readonly Part[],
  rounding: Amount,
  status: DraftFields<'order'>['status'],
  excluded: DraftFields<'order'>['excluded_because'],
  raw: unknown,
): DraftFor<'order'> {
  const products = sum(sold, (part) => part.amount);
  const untaxed = sum(sold, (part) => part.untaxed);
  const other = sold.length === 0 ? 0n : rounding;
  return {
    entity: 'order',
    ...stampsOf(row),
    sourceId: `pos:${row.id}`,
    fields: {
      name: row.name ?? `POS ${row.id}`,
      status,
      ...(status === 'completed' ? { delivered: true, invoiced: true } : {}),
      excluded_because: excluded,
      payment_state: status === 'completed' ? 'paid' : null,
      source_status: row.state ?? '',
      created_at: at,
      cancelled_at: null,
      currency_source: currency.code,
      amount_total_source: textOf(products + other),
      amount_untaxed_source: textOf(untaxed + other),
      amount_tax_source: textOf(products - untaxed),
      amount_iva_source: known(sold, (part) => part.iva),
      amount_exempt_source: known(sold, (part) => part.exempt),
      amount_ledger_source: null,
      amount_products_source: textOf(products),
      amount_shipping_source: '0',
      amount_discount_source: textOf(sum(sold, (part) => discountOf(part.amount, part.row.discount ?? 0, currency.places))),
      amount_other_source: textOf(other),
      customer_id: idText(row.partner_id),
      channel: 'pos',
      company: idText(row.company_id),
      shop: null,
      shop_order_id: null,
      shop_order_name: null,
    },
    complete: ['order_line'],
    raw: whitelisted(raw, POS_FIELDS),
  };
}

function lineDraft(row: Order, part: Part, currency: Currency, products: CounterFacts['products']): Draft {
  const product = part.row.product_id;
  const counted = product === null ? undefined : products.get(product);
  return {
    entity: 'order_line',
    ...stampsOf(part.row),
    sourceId: `pos-line:${part.row.id}`,
    fields: {
      order_id: `pos:${row.id}`,
      product_id: idText(product),
      line_kind: product === null ? 'other' : 'product',
      sku: counted?.sku ?? null,
      name: firstLine(part.row.full_product_name),
      quantity: plain(part.row.qty),
      // The counter sells in the product's own unit.
      ...(product === null ? NO_UNITS : inReferenceUnit(part.row.qty, counted?.unit ?? null, counted?.unit ?? null, null)),
      unit_price_source: plain(part.row.price_unit),
      amount_source: textOf(part.amount),
      amount_untaxed_source: textOf(part.untaxed),
      amount_tax_source: textOf(part.amount - part.untaxed),
      amount_iva_source: part.iva === null ? null : textOf(part.iva),
      amount_discount_source: textOf(discountOf(part.amount, part.row.discount ?? 0, currency.places)),
      currency_source: currency.code,
    },
  };
}

function refundDrafts(row: Order, at: string, currency: Currency, given: readonly Part[], facts: CounterFacts): Draft[] {
  const byOrder = Map.groupBy(given, (part) => facts.refundedOrders.get(part.row.refunded_orderline_id ?? 0) ?? null);
  return [...byOrder].flatMap(([order, parts]) => {
    const total = -sum(parts, (part) => part.amount);
    const untaxed = -sum(parts, (part) => part.untaxed);
    if (total <= 0n) return [];
    const sourceId = byOrder.size === 1 ? `pos:${row.id}` : `pos:${row.id}/${order ?? 'none'}`;
    const refund: Draft = {
      entity: 'refund',
      ...stampsOf(row),
      sourceId,
      fields: {
        order_id: order === null ? null : `pos:${order}`,
        created_at: at,
        currency_source: currency.code,
        amount_total_source: textOf(total),
        amount_untaxed_source: textOf(untaxed),
        amount_tax_source: textOf(total - untaxed),
        // At the counter money and goods change hands at once.
        amount_paid_back_source: textOf(total),
      },
      complete: ['refund_line'],
    };
    return [
      refund,
      ...parts.map((part): Draft => ({
        entity: 'refund_line',
        ...stampsOf(part.row),
        sourceId: `pos-line:${part.row.id}`,
        fields: {
          refund_id: sourceId,
          order_line_id: `pos-line:${part.row.refunded_orderline_id ?? 0}`,
          quantity: plain(-part.row.qty),
          amount_source: textOf(-part.amount),
          amount_tax_source: textOf(part.untaxed - part.amount),
          currency_source: currency.code,
        },
      })),
    ];
  });
}
