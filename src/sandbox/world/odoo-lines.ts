import type { Minor } from './model.ts';
import type { LineSketch } from './odoo-book.ts';
import { taxOf } from './tax.ts';

/** IVA in Chile. */
export const IVA = '0.19';
/** IVA and the tax on wine and beer (ILA 20.5 %) together. */
export const IVA_AND_ILA = '0.395';

/** A line priced without tax, as the ERP's own salespeople write them. A discount is chosen so that no rounding is involved. */
export function netLine(line: {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly priceUnit: Minor;
  readonly rate: string;
  readonly discountPercent?: number;
}): LineSketch {
  const { rate, ...stated } = line;
  const subtotal = Math.round((line.quantity * line.priceUnit * (100 - (line.discountPercent ?? 0))) / 100);
  return { ...stated, subtotal, tax: taxOf(subtotal, rate, false) };
}

/** A line priced with tax, as shops state them; `tax` is the part of it that is tax. */
export function grossLine(line: {
  readonly productId: number;
  readonly name: string;
  readonly quantity: number;
  readonly gross: Minor;
  readonly tax: Minor;
  readonly kind?: LineSketch['kind'];
}): LineSketch {
  const { gross, tax, kind, ...stated } = line;
  return {
    ...stated,
    priceUnit: Math.round(gross / line.quantity),
    subtotal: gross - tax,
    tax,
    ...(kind === undefined ? {} : { kind }),
  };
}

/** A title or a remark between the lines: no product, no money. */
export function textLine(kind: 'section' | 'note', name: string): LineSketch {
  return { productId: null, name, quantity: 0, priceUnit: 0, subtotal: 0, tax: 0, kind };
}
