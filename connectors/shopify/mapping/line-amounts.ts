import type { RawLineItem, RawOrder } from '../raw/order.ts';
import { share, sum, times, type Amount } from './amount.ts';

/** Money of one line. `amount` has tax in it whatever the shop's prices do; `tax` is the tax within. */
export interface LineAmounts {
  readonly amount: Amount;
  readonly tax: Amount;
  readonly discount: Amount;
}

export const NOTHING: LineAmounts = { amount: 0n, tax: 0n, discount: 0n };

/**
 * Money of `units` of a line's `quantity`. Shopify states discounts and taxes for all units ever ordered, so after an edit
 * the share of what is left is taken, rounded to the currency. Discounts are the allocations: `discountedTotalSet` leaves
 * out those of the whole order and of codes.
 */
export function itemAmounts(line: RawLineItem, units: number, taxesIncluded: boolean, digits: number): LineAmounts {
  const discount = share(sum(line.discountAllocations), units, line.quantity, digits);
  const tax = share(sum(line.taxLines), units, line.quantity, digits);
  return { amount: times(line.originalUnitPriceSet, units) - discount + (taxesIncluded ? 0n : tax), tax, discount };
}

/** Money of a shipping line as charged, whether or not it was removed since. */
export function shippingAmounts(line: RawOrder['shippingLines'][number], taxesIncluded: boolean): LineAmounts {
  const tax = sum(line.taxLines);
  const discount = line.originalPriceSet - line.discountedPriceSet;
  return { amount: line.discountedPriceSet + (taxesIncluded ? 0n : tax), tax, discount: discount > 0n ? discount : 0n };
}

export function addUp(lines: readonly LineAmounts[]): LineAmounts {
  return {
    amount: sum(lines.map((line) => line.amount)),
    tax: sum(lines.map((line) => line.tax)),
    discount: sum(lines.map((line) => line.discount)),
  };
}
