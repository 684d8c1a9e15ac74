import type { Reject } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, roundTo, scale, type Amount } from '../amount.ts';
import type { Currency } from '../companies.ts';
import { char, datetime, many2many, many2one, maybe, number, recordId } from '../raw-values.ts';
import { readRecord } from './read-record.ts';
import type { Taxes } from './tax.ts';

const schema = z.object({
  id: recordId,
  move_id: many2one,
  display_type: maybe(char),
  name: maybe(char),
  product_id: maybe(many2one),
  product_uom_id: maybe(many2one),
  quantity: number,
  price_unit: maybe(number),
  discount: maybe(number),
  price_subtotal: number,
  price_total: number,
  amount_currency: maybe(number),
  tax_ids: maybe(many2many),
  tax_line_id: maybe(many2one),
  sale_line_ids: maybe(many2many),
  create_date: maybe(datetime),
  write_date: datetime,
});
export type InvoiceLineRow = z.output<typeof schema>;

export const INVOICE_LINE_REQUIRED = ['move_id', 'quantity', 'price_subtotal', 'price_total', 'write_date'];
export const INVOICE_LINE_FIELDS = Object.keys(schema.shape);
/** Everything but the name, which is free text. */
const KEEP = INVOICE_LINE_FIELDS.filter((field) => field !== 'name');

/** A line of an invoice's own, or of its taxes; what the books add beside them (receivables, cost) is asked for by nobody. */
export function readInvoiceLine(raw: unknown): { readonly row: InvoiceLineRow } | { readonly reject: Reject } {
  return readRecord(schema, raw, 'invoice_line', KEEP);
}

/** What a line states, in amounts of the document's currency. */
export interface StatedLine {
  readonly row: InvoiceLineRow;
  amount: Amount;
  untaxed: Amount;
  /** What its percentage took off, with tax. */
  readonly discount: Amount;
}

/**
 * Lines that sell or credit something. Odoo may round taxes per document, so lines and total differ by some units: what they differ by goes to
 * the largest line, so that shares of a document add up to it. A greater difference is not rounding, and is left as stated.
 */
export function statedLines(rows: readonly InvoiceLineRow[], currency: Currency, total: Amount, untaxed: Amount): readonly StatedLine[] {
  const lines = rows
    .filter((row) => row.display_type === null || row.display_type === 'product')
    .map((row) => {
      const amount = roundTo(amountOf(row.price_total), currency.places);
      return {
        row,
        amount,
        untaxed: roundTo(amountOf(row.price_subtotal), currency.places),
        discount: discountOf(amount, row.discount ?? 0, currency.places),
      };
    });
  const largest = lines.toSorted((a, b) => Number(absolute(b.amount) - absolute(a.amount)) || a.row.id - b.row.id)[0];
  if (largest === undefined) return lines;
  const unit = 10n ** BigInt(12 - currency.places);
  const rounding = (stated: Amount, of: (line: StatedLine) => Amount) => {
    const rest = stated - lines.reduce((sum, line) => sum + of(line), 0n);
    return absolute(rest) <= unit * BigInt(lines.length + 1) ? rest : 0n;
  };
  largest.amount += rounding(total, (line) => line.amount);
  largest.untaxed += rounding(untaxed, (line) => line.untaxed);
  return lines;
}

/** What a percentage took off an amount that is what it left. */
export function discountOf(amount: Amount, discount: number, places: number): Amount {
  const percent = amountOf(discount);
  const whole = amountOf(100);
  if (percent <= 0n || percent >= whole) return 0n;
  return absolute(roundTo(scale(amount, whole, whole - percent), places) - amount);
}

/** How the document's amounts are taxed; null where it cannot be read which taxes are IVA. */
export interface TaxParts {
  readonly net: Amount;
  readonly exempt: Amount;
  readonly iva: Amount;
}

export function taxParts(
  rows: readonly InvoiceLineRow[],
  lines: readonly StatedLine[],
  untaxed: Amount,
  known: Taxes,
  places: number,
): TaxParts | null {
  if (known === null) return null;
  const isIva = (id: number | null): boolean => {
    const tax = id === null ? undefined : known.get(id);
    return tax !== undefined && (tax.iva || tax.group.some(isIva));
  };
  const taxes = rows.filter((row) => row.display_type === 'tax');
  if (taxes.some((row) => row.amount_currency === null) || lines.some(({ row }) => row.tax_ids === null)) return null;
  const exempt = lines.filter(({ row }) => !(row.tax_ids ?? []).some(isIva)).reduce((sum, line) => sum + line.untaxed, 0n);
  const iva = taxes
    .filter((row) => isIva(row.tax_line_id))
    .reduce((sum, row) => sum + roundTo(amountOf(row.amount_currency ?? 0), places), 0n);
  return { net: untaxed - exempt, exempt, iva: absolute(iva) };
}
