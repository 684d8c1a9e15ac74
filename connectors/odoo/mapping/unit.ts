import type { DraftFields } from '#contract';
import { amountOf, roundTo, scale, textOf, type Amount } from '../amount.ts';

/** A unit of measure: `size` in units of its root (a dozen is 12 pieces). Units of different roots cannot be converted. */
export interface Unit {
  readonly root: string;
  readonly size: Amount;
}

/** Units by id; null where they cannot be read. */
export type Units = ReadonlyMap<number, Unit> | null;

type UnitFields = Pick<DraftFields<'order_line'>, 'units' | 'units_unknown_because'>;

export const NO_UNITS: UnitFields = { units: null, units_unknown_because: null };

/** A quantity in the line's unit, in the product's reference unit: 2 dozens of a product counted in pieces are 24. */
export function inReferenceUnit(quantity: number, lineUnit: number | null, productUnit: number | null, units: Units): UnitFields {
  const unknown = (because: NonNullable<UnitFields['units_unknown_because']>): UnitFields => ({
    units: null,
    units_unknown_because: because,
  });
  if (productUnit === null) return unknown('product_unknown');
  const amount = amountOf(quantity);
  if (lineUnit === productUnit) return known(amount);
  const from = lineUnit === null ? undefined : units?.get(lineUnit);
  const to = units?.get(productUnit);
  if (from === undefined || to === undefined) return unknown('unit_unknown');
  return from.root === to.root ? known(scale(amount, from.size, to.size)) : unknown('unit_of_other_kind');
}

/** Eight places, as quantities have: 19990.400000000001 becomes 19990.4. */
function known(amount: Amount): UnitFields {
  return { units: textOf(roundTo(amount, 8)), units_unknown_because: null };
}
