import type { RawLineItem, RawOrder, RawTaxLine } from '../raw/order.ts';
import { share, sum, times, type Amount } from './amount.ts';

/** Money of one line. `amount` has tax in it whatever the shop's prices do; `tax` is the tax within. */
export interface LineAmounts {
  readonly amount: Amount;
  readonly tax: Amount;
  /** The part of the tax that is IVA; null where that cannot be known. */
  readonly iva: Amount | null;
  /** The part of the amount without tax that bears no IVA. */
  readonly exempt: Amount | null;
  readonly discount: Amount;
}

export const NOTHING: LineAmounts = { amount: 0n, tax: 0n, iva: 0n, exempt: 0n, discount: 0n };

/** Money without any tax, like a tip. */
export const untaxed = (amount: Amount): LineAmounts => ({ ...NOTHING, amount, exempt: amount });

/**
 * Money of `units` of a line's `quantity`. Shopify states discounts and taxes for all units ever ordered, so after an edit
 * the share of what is left is taken, rounded to the currency. Discounts are the allocations: `discountedTotalSet` leaves
 * out those of the whole order and of codes.
 */
export function itemAmounts(line: RawLineItem, units: number, taxesIncluded: boolean, digits: number): LineAmounts {
  const part = (amount: Amount): Amount => share(amount, units, line.quantity, digits);
  const discount = part(sum(line.discountAllocations));
  const tax = part(taxOf(line.taxLines));
  const amount = times(line.originalUnitPriceSet, units) - discount + (taxesIncluded ? 0n : tax);
  return { amount, tax, ...ivaParts(line.taxLines, amount - tax, part), discount };
}

/** Money of a shipping line as charged, whether or not it was removed since. */
export function shippingAmounts(line: RawOrder['shippingLines'][number], taxesIncluded: boolean): LineAmounts {
  const tax = taxOf(line.taxLines);
  const discount = line.originalPriceSet - line.discountedPriceSet;
  const amount = line.discountedPriceSet + (taxesIncluded ? 0n : tax);
  return { amount, tax, ...ivaParts(line.taxLines, amount - tax, (all) => all), discount: discount > 0n ? discount : 0n };
}

export function addUp(lines: readonly LineAmounts[]): LineAmounts {
  const known = (amounts: readonly (Amount | null)[]): Amount | null =>
    amounts.reduce((total, amount) => (total === null || amount === null ? null : total + amount), 0n);
  return {
    amount: sum(lines.map((line) => line.amount)),
    tax: sum(lines.map((line) => line.tax)),
    iva: known(lines.map((line) => line.iva)),
    exempt: known(lines.map((line) => line.exempt)),
    discount: sum(lines.map((line) => line.discount)),
  };
}

const taxOf = (lines: readonly RawTaxLine[]): Amount => sum(lines.map((line) => line.amount));

/** Shopify states each tax by the name the merchant gave it: "IVA", "IVA 19%", "VAT (incl.)". Others (ILA) stand beside it. */
function ivaParts(lines: readonly RawTaxLine[], base: Amount, part: (amount: Amount) => Amount): Pick<LineAmounts, 'iva' | 'exempt'> {
  const iva = lines.filter(({ title }) => /\b(iva|vat)\b/i.test(title.replaceAll('.', '')));
  return iva.length === 0 ? { iva: 0n, exempt: base } : { iva: part(taxOf(iva)), exempt: 0n };
}
