import { absolute, amountOf, roundTo, scale, type Amount } from '../amount.ts';

/** A tax as far as it decides which part of a line's taxes is IVA. */
export interface Tax {
  /** The IVA of Chile, by its code at the SII; null where a tax that takes something has no code. */
  readonly iva: boolean | null;
  /** Percent of the base; null where the tax is computed otherwise. */
  readonly percent: number | null;
  /** Whether the price of the line has it inside. */
  readonly included: boolean;
  /** Taxes that a group of taxes stands for. */
  readonly group: readonly number[];
}

/** The taxes of the database by id; null where they cannot be read, or say nothing of the SII. */
export type Taxes = ReadonlyMap<number, Tax> | null;

export interface IvaParts {
  /** The part of the taxes that is IVA; null where it cannot be known. */
  readonly iva: Amount | null;
  /** The part of the amount without tax that bears no IVA. */
  readonly exempt: Amount | null;
}

/**
 * Which part of a line's tax is IVA: all of it where it bears nothing else, else its percentage of the line's own base, provided the
 * percentages of all its taxes explain the tax that Odoo states. `ids` null: the line's taxes cannot be read.
 */
export function ivaParts(base: Amount, tax: Amount, ids: readonly number[] | null, taxes: Taxes, places: number): IvaParts {
  if (base === 0n && tax === 0n) return { iva: 0n, exempt: 0n };
  const own = known(ids, taxes);
  if (own === null) return tax === 0n ? { iva: 0n, exempt: base } : { iva: null, exempt: null };
  const bears = own.some((one) => one.iva === true);
  if (own.some((one) => one.iva === null)) return { iva: null, exempt: bears ? 0n : null };
  if (!bears) return { iva: 0n, exempt: base };
  if (own.every((one) => one.iva === true)) return { iva: tax, exempt: 0n };
  const parts = own.map((one) => ({ ...one, amount: one.percent === null ? null : percentOf(base, one.percent, places) }));
  const stated = parts.reduce<Amount | null>((sum, part) => (sum === null || part.amount === null ? null : sum + part.amount), 0n);
  const unit = 10n ** BigInt(12 - places);
  if (stated === null || absolute(stated - tax) > unit * BigInt(own.length)) return { iva: null, exempt: 0n };
  return { iva: parts.reduce((sum, part) => (part.iva === true ? sum + (part.amount ?? 0n) : sum), 0n), exempt: 0n };
}

/** A price with its taxes, where it states none of them; as it is where that cannot be known. */
export function withTaxes(price: Amount, ids: readonly number[] | null, taxes: Taxes, places: number): Amount {
  const own = known(ids, taxes) ?? [];
  return own.reduce((sum, one) => (one.included || one.percent === null ? sum : sum + percentOf(price, one.percent, places)), price);
}

function known(ids: readonly number[] | null, taxes: Taxes): readonly Tax[] | null {
  if (ids === null || taxes === null) return null;
  const own = ids.flatMap((id) => taxes.get(id)?.group ?? []).concat(ids.filter((id) => (taxes.get(id)?.group.length ?? 0) === 0));
  const found = own.map((id) => taxes.get(id));
  return found.every((one) => one !== undefined) ? found : null;
}

function percentOf(base: Amount, percent: number, places: number): Amount {
  return roundTo(scale(base, amountOf(percent), amountOf(100)), places);
}
