import type { Minor } from './model.ts';
import type { LineSketch } from './odoo-book.ts';
import { IVA, IVA_AND_ILA, taxOf } from './tax.ts';

/** A line priced without tax, as the ERP's own salespeople write them. A discount is chosen so that no rounding is involved. */
export function netLine(line: {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly priceUnit: Minor;
  readonly rate: string;
  readonly discountPercent?: number;
  readonly unitId?: number;
}): LineSketch {
  const { rate, ...stated } = line;
  const subtotal = Math.round((line.quantity * line.priceUnit * (100 - (line.discountPercent ?? 0))) / 100);
  return { ...stated, subtotal, tax: taxOf(subtotal, rate, false), taxes: taxesOf(rate) };
}

/** A line priced with tax, as shops state them; `tax` is the part of it that is tax. */
export function grossLine(line: {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly gross: Minor;
  readonly tax: Minor;
  readonly rate: string;
  readonly kind?: LineSketch['kind'];
}): LineSketch {
  const { gross, tax, rate, kind, ...stated } = line;
  return {
    ...stated,
    priceUnit: Math.round(gross / line.quantity),
    subtotal: gross - tax,
    tax,
    taxes: taxesOf(rate),
    ...(kind === undefined ? {} : { kind }),
  };
}

/** A title or a remark between the lines: no product, no money. */
export function textLine(kind: 'section' | 'note', name: string): LineSketch {
  return { productId: null, name, quantity: 0, priceUnit: 0, subtotal: 0, tax: 0, taxes: [], kind };
}

/** The taxes that make up a rate; what is exempt says so by a tax of nothing, or by none. */
function taxesOf(rate: string): LineSketch['taxes'] {
  if (rate === IVA_AND_ILA) return ['iva', 'ila'];
  return rate === IVA ? ['iva'] : [];
}
