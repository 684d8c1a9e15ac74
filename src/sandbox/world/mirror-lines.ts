import type { OdooProduct } from './odoo-model.ts';
import type { ShopLine, ShopOrder } from './shop-model.ts';
import type { LineSketch } from './odoo-book.ts';
import type { OdooGoods } from './odoo-catalogue.ts';
import { grossLine } from './odoo-lines.ts';
import type { Random } from './random.ts';
import { IVA, taxOf } from './tax.ts';

/** How the lines of a mirror differ from honest ones; amounts in pesos. */
export interface LineTwist {
  /** Added to the first product line, a piece. */
  readonly surcharge?: number;
  readonly moreShipping?: number;
  readonly moreDiscount?: number;
  readonly moreTip?: number;
  /** Gift cards paid with booked as a discount, or sold as goods. */
  readonly cards?: 'discount' | 'goods';
  /** The first line without its tax, called exempt at the same price, or of another product at the same price. */
  readonly firstLine?: 'untaxed' | 'exempt' | 'other product';
}

/** The lines of the ERP's copy of a web order: goods, discounts by tax rate, shipping, tip, gift cards used. */
export function mirrorLines(order: ShopOrder, goods: OdooGoods, twist: LineTwist, random: Random): LineSketch[] {
  const lines: LineSketch[] = [];
  const discounts = new Map<string, number>();
  for (const line of order.lines) {
    if (line.isGiftCard) continue;
    lines.push(goodsLine(line, order.edited ? line.currentQuantity : line.quantity, goods, lines.length === 0 ? twist : {}, random));
    if (line.discount > 0) discounts.set(line.taxRate, (discounts.get(line.taxRate) ?? 0) + line.discount);
  }
  const { delivery, discount, tip, giftCard, unlisted } = goods.shared;
  const one = ({ id, name }: OdooProduct, gross: number, rate: string, tax: number, kind?: LineSketch['kind']) =>
    lines.push(grossLine({ productId: id, name, quantity: 1, gross, tax, rate, ...(kind === undefined ? {} : { kind }) }));
  for (const [rate, amount] of discounts) one(discount, -amount, rate, taxOf(-amount, rate, true));
  const { moreDiscount = 0, moreShipping = 0, moreTip = 0 } = twist;
  if (moreDiscount > 0) one(discount, -moreDiscount, IVA, taxOf(-moreDiscount, IVA, true));
  for (const line of order.shippingLines) one(delivery, line.price - line.discount, IVA, nudged(line.tax, random), 'delivery');
  if (moreShipping > 0) one(delivery, moreShipping, IVA, taxOf(moreShipping, IVA, true), 'delivery');
  if (order.tip + moreTip > 0) one({ ...tip, name: 'Propina' }, order.tip + moreTip, '0', 0);
  if (twist.cards === 'goods') for (const line of order.lines) if (line.isGiftCard) one(unlisted, line.quantity * line.unitPrice, '0', 0);
  for (const { gateway, amount, status } of order.transactions) {
    if (gateway !== 'gift_card' || status !== 'SUCCESS') continue;
    if (twist.cards === 'discount') one(discount, -amount, '0', 0);
    else one({ ...giftCard, name: 'Gift Card' }, -amount, '0', 0, 'gift card payment');
  }
  return lines;
}

/** One line of goods. The ERP hears of an edit and copies the order as it is then: `quantity`. */
function goodsLine(
  line: ShopLine,
  quantity: number,
  goods: OdooGoods,
  { surcharge = 0, firstLine }: LineTwist,
  random: Random,
): LineSketch {
  const own = (line.variantId === null ? undefined : goods.byVariant.get(line.variantId)) ?? goods.shared.unlisted;
  const product = firstLine === 'other product' ? random.pick(otherGoods(goods, own)) : own;
  const whole = quantity * (line.unitPrice + surcharge);
  const named = { productId: product.id, name: product.name, quantity };
  if (firstLine === 'untaxed') return grossLine({ ...named, gross: whole - line.tax, tax: 0, rate: '0' });
  if (firstLine === 'exempt') return grossLine({ ...named, gross: whole, tax: 0, rate: '0' });
  return grossLine({ ...named, gross: whole, tax: nudged(taxOf(whole, line.taxRate, true), random), rate: line.taxRate });
}

const otherGoods = ({ byVariant }: OdooGoods, own: OdooProduct): OdooProduct[] =>
  [...byVariant.values()].filter(
    ({ id, defaultCode, active }) => id !== own.id && active && defaultCode !== null && defaultCode !== own.defaultCode,
  );

/** A peso more or less, now and then. */
function nudged(tax: number, random: Random): number {
  const shift = random.pick([0, 0, 0, 1, -1]);
  return tax > 1 ? tax + shift : tax;
}
