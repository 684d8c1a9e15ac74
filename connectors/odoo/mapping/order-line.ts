import type { DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, plain, roundTo, scale, textOf, times, type Amount } from '../amount.ts';
import type { Currency } from '../companies.ts';
import { char, datetime, flag, many2many, many2one, maybe, number, recordId } from '../raw-values.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';
import { ivaParts, withTaxes, type IvaParts, type Taxes } from './tax.ts';
import { inReferenceUnit, NO_UNITS, type Units } from './unit.ts';

export type LineKind = DraftFields<'order_line'>['line_kind'];

/** What is known of loyalty programs: which lines of an order are payments, and which products are gift cards. */
export interface Loyalty {
  readonly rewards: ReadonlyMap<number, { readonly programType: string | null; readonly rewardType: string | null }>;
  readonly giftCardProducts: ReadonlySet<number>;
}

export interface LineFacts {
  readonly currencies: ReadonlyMap<number, Currency>;
  readonly loyalty: Loyalty;
  /** What is known of products: a line of Odoo states its product's id only. */
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly taxes: Taxes;
  readonly units: Units;
  /** SKUs, in upper case, of products that are tips. */
  readonly tips: ReadonlySet<string>;
}

export interface LineProduct {
  readonly sku: string | null;
  /** The unit it is counted in. */
  readonly unit: number | null;
}

/** A line as a draft, with what its order adds up. */
export interface MappedLine extends IvaParts {
  readonly draft: DraftFor<'order_line'>;
  readonly orderId: number;
  readonly kind: LineKind;
  readonly amount: Amount;
  readonly untaxed: Amount;
  readonly tax: Amount;
  readonly discount: Amount;
  /** Delivery, and rewards of free delivery: a discount on shipping, not on products. */
  readonly shipping: boolean;
  readonly giftCardSold: boolean;
}

const schema = z.object({
  id: recordId,
  order_id: many2one,
  product_id: maybe(many2one),
  name: maybe(char),
  display_type: maybe(char),
  is_delivery: maybe(flag),
  is_downpayment: maybe(flag),
  is_reward_line: maybe(flag),
  reward_id: maybe(many2one),
  product_uom_qty: number,
  // Renamed in 19.
  product_uom: maybe(many2one),
  product_uom_id: maybe(many2one),
  tax_id: maybe(many2many),
  tax_ids: maybe(many2many),
  price_unit: number,
  discount: number,
  price_subtotal: number,
  price_tax: number,
  price_total: number,
  currency_id: many2one,
  create_date: maybe(datetime),
  write_date: datetime,
});
type Row = z.output<typeof schema>;

export const LINE_REQUIRED = [
  'order_id',
  'product_uom_qty',
  'price_unit',
  'discount',
  'price_subtotal',
  'price_tax',
  'price_total',
  'currency_id',
  'write_date',
];
export const LINE_FIELDS = Object.keys(schema.shape);
/** Everything but the name, which is free text. */
const KEEP = LINE_FIELDS.filter((field) => field !== 'name');

export function mapLine(raw: unknown, facts: LineFacts): { readonly line: MappedLine } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'order_line', KEEP);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('order_line', raw, reason, KEEP) });
  if (row.order_id === null) return refuse('belongs to no order');
  const currency = row.currency_id === null ? undefined : facts.currencies.get(row.currency_id);
  if (currency === undefined) return refuse(`its currency (${row.currency_id ?? 'none'}) cannot be read`);

  const amount = roundTo(amountOf(row.price_total), currency.places);
  const untaxed = roundTo(amountOf(row.price_subtotal), currency.places);
  const tax = roundTo(amountOf(row.price_tax), currency.places);
  if (!addsUp(untaxed, tax, amount, currency.places)) return refuse('price_subtotal and price_tax do not add up to price_total');

  const reward = row.reward_id === null ? undefined : facts.loyalty.rewards.get(row.reward_id);
  const product = row.product_id === null ? undefined : facts.products.get(row.product_id);
  const sku = product?.sku ?? null;
  const kind = kindOf(row, facts, sku, amount);
  const taxIds = row.tax_ids ?? row.tax_id;
  const parts = ivaParts(untaxed, amount - untaxed, taxIds, facts.taxes, currency.places);
  const discount = discountOf(row, kind, amount, (price) => withTaxes(price, taxIds, facts.taxes, currency.places), currency.places);
  const unit = row.product_uom_id ?? row.product_uom;
  const fields: DraftFields<'order_line'> = {
    order_id: String(row.order_id),
    product_id: row.product_id === null ? null : String(row.product_id),
    line_kind: kind,
    sku,
    name: firstLine(row.name),
    quantity: plain(row.product_uom_qty),
    ...(kind === 'product' ? inReferenceUnit(row.product_uom_qty, unit, product?.unit ?? null, facts.units) : NO_UNITS),
    unit_price_source: plain(row.price_unit),
    amount_source: textOf(amount),
    amount_untaxed_source: textOf(untaxed),
    amount_tax_source: textOf(amount - untaxed),
    amount_iva_source: parts.iva === null ? null : textOf(parts.iva),
    amount_discount_source: textOf(discount),
    currency_source: currency.code,
  };
  return {
    line: {
      draft: {
        entity: 'order_line',
        sourceId: String(row.id),
        sourceCreatedAt: row.create_date,
        sourceUpdatedAt: row.write_date,
        fields,
        raw: whitelisted(raw, KEEP),
      },
      orderId: row.order_id,
      kind,
      amount,
      untaxed,
      tax: amount - untaxed,
      ...parts,
      discount,
      shipping: kind === 'shipping' || (kind === 'reward' && reward?.rewardType === 'shipping'),
      giftCardSold: kind === 'gift_card' && !isReward(row),
    },
  };
}

/** Each rounded on its own, the three may be one unit of the currency apart. */
export function addsUp(untaxed: Amount, tax: Amount, total: Amount, places: number): boolean {
  return absolute(untaxed + tax - total) <= 10n ** BigInt(12 - places);
}

function isReward(row: Pick<KindRow, 'reward_id' | 'is_reward_line'>): boolean {
  return row.reward_id !== null || row.is_reward_line === true;
}

const PAYMENT_PROGRAMS: ReadonlySet<string | null> = new Set(['gift_card', 'ewallet']);

/** What of a line decides what it is. */
export type KindRow = Pick<
  Row,
  'display_type' | 'is_delivery' | 'is_downpayment' | 'is_reward_line' | 'reward_id' | 'product_id' | 'product_uom_qty'
>;

/** What a line is. The first rule that holds wins: a reward for free delivery is a reward, a down payment never a discount. */
export function kindOf(row: KindRow, { loyalty, tips }: Pick<LineFacts, 'loyalty' | 'tips'>, sku: string | null, amount: Amount): LineKind {
  if (row.display_type !== null) return 'section';
  if (row.is_downpayment === true) return 'down_payment';
  if (isReward(row)) {
    const reward = row.reward_id === null ? undefined : loyalty.rewards.get(row.reward_id);
    // Odoo treats gift cards and eWallets as payments that happen to be lines.
    return PAYMENT_PROGRAMS.has(reward?.programType ?? null) ? 'gift_card' : 'reward';
  }
  if (row.is_delivery === true) return 'shipping';
  if (row.product_id !== null && loyalty.giftCardProducts.has(row.product_id)) return 'gift_card';
  if (sku !== null && tips.has(sku.toUpperCase())) return 'tip';
  // Shop connectors and Odoo's own discount button write discounts as lines; a negative quantity is a return instead.
  if (amount < 0n && row.product_uom_qty > 0) return 'discount';
  return row.product_id === null ? 'other' : 'product';
}

/**
 * What the line takes off, with tax, never negative. A discount of 100 % leaves nothing to compute the tax from: then it is
 * quantity × unit price, with the line's own taxes where they are known.
 */
function discountOf(row: Row, kind: LineKind, amount: Amount, withTax: (price: Amount) => Amount, places: number): Amount {
  if (kind === 'gift_card' || kind === 'section' || kind === 'down_payment') return 0n;
  if ((kind === 'discount' || kind === 'reward') && amount < 0n) return -amount;
  const percent = amountOf(row.discount);
  const whole = amountOf(100);
  if (percent <= 0n) return 0n;
  if (percent >= whole) return absolute(withTax(roundTo(times(amountOf(row.product_uom_qty), amountOf(row.price_unit)), places)));
  return absolute(roundTo(scale(amount, whole, whole - percent), places) - amount);
}

/** Odoo puts the product's name into the first line and free text, at times about the customer, into the rest. */
export function firstLine(name: string | null): string {
  return (name ?? '').split('\n', 1)[0]?.trim().slice(0, 500) ?? '';
}
