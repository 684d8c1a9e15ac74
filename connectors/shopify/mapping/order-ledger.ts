import type { RawLineItem, RawOrder } from '../raw/order.ts';
import { currencyDigits, sum, type Amount } from './amount.ts';
import { addUp, itemAmounts, NOTHING, shippingAmounts, untaxed, type LineAmounts } from './line-amounts.ts';
import { unitsSold } from './order-removals.ts';

export interface LedgerItem extends LineAmounts {
  readonly line: RawLineItem;
  readonly units: number;
  readonly kind: 'product' | 'gift_card' | 'tip';
}

export interface LedgerShipping extends LineAmounts {
  readonly line: RawOrder['shippingLines'][number];
  readonly sourceId: string;
}

/** An order taken apart so that its parts add up to its total. Amounts have tax in them. */
export interface OrderLedger {
  readonly digits: number;
  readonly items: readonly LedgerItem[];
  readonly shipping: readonly LedgerShipping[];
  /** The tip that is no line of the order, or 0. */
  readonly tip: Amount;
  /** Duties, additional fees, cash rounding: what the total holds beside lines, shipping and tip. */
  readonly rest: LineAmounts;
  /** The sale: everything but gift cards sold. */
  readonly total: LineAmounts;
  /** Gift cards sold: a liability, not a sale. */
  readonly giftCards: Amount;
  /** The sale by the shop's own record of what was agreed, to control the total by; null when it was not read whole. */
  readonly agreed: Amount | null;
}

/**
 * Takes an order apart. `totalPriceSet` is "before returns": recordings of a live shop show that units an edit removed stay
 * in it like returned ones, while the canonical total is after edits. Whether removed shipping does too is not recorded, so
 * the reading under which everything adds up is taken; where none does, the difference becomes `rest` and the total stays
 * the source's.
 */
export function orderLedger(order: RawOrder): OrderLedger {
  const digits = currencyDigits(order.currencyCode);
  const sold = unitsSold(order);
  const asPlaced = order.lineItems.map((line) => ({ line, ...itemAmounts(line, line.quantity, order.taxesIncluded, digits) }));
  const items = order.lineItems.map((line): LedgerItem => {
    const units = sold.get(line.id) ?? line.quantity;
    return { line, units, kind: line.isGiftCard ? 'gift_card' : 'product', ...itemAmounts(line, units, order.taxesIncluded, digits) };
  });
  const shippingPlaced = order.shippingLines.map((line) => shippingAmounts(line, order.taxesIncluded));
  const shipping = order.shippingLines.map((line, index): LedgerShipping => ({
    line,
    sourceId: `shipping-${line.id ?? `${order.id}-${index}`}`,
    ...(line.isRemoved ? NOTHING : (shippingPlaced[index] ?? NOTHING)),
  }));

  const allPlaced = addUp([...asPlaced, ...shippingPlaced]);
  const itemsGone = addUp(asPlaced).amount - addUp(items).amount;
  const shippingGone = addUp(shippingPlaced).amount - addUp(shipping).amount;
  const tips = order.totalTipReceivedSet;
  const beyond = [0n, itemsGone, shippingGone, itemsGone + shippingGone].map((gone) => order.totalPriceSet - allPlaced.amount + gone);
  const over = beyond.find((amount) => amount === tips) ?? beyond[0] ?? 0n;

  const tip = tips > 0n && over >= tips ? tips : 0n;
  const named = tips > 0n && tip === 0n ? nameTip(items, tips) : items;
  const sales = named.filter((item) => item.kind !== 'gift_card');
  const ofLines = addUp([...sales, ...shipping]);
  // The shop's own tax total decides; it differs from the lines' where duties or fees are taxed.
  const taxBeyond = over === tips || order.totalTaxSet === null ? 0n : order.totalTaxSet - allPlaced.tax;
  // Of what kind that tax is, nothing says.
  const rest = taxBeyond === 0n ? untaxed(over - tip) : { ...NOTHING, amount: over - tip, tax: taxBeyond, iva: null, exempt: null };
  return {
    digits,
    items: named,
    shipping,
    tip,
    rest,
    total: addUp([ofLines, rest, untaxed(tip)]),
    giftCards: addUp(named.filter((item) => item.kind === 'gift_card')).amount,
    agreed: agreed(order),
  };
}

/** Returns and refunds are agreements too, but change no sale. */
function agreed(order: RawOrder): Amount | null {
  if (order.agreements === null) return null;
  const sales = order.agreements.filter(({ reason }) => reason === 'ORDER' || reason === 'ORDER_EDIT').flatMap((each) => each.sales);
  return sum(sales.filter(({ lineType }) => lineType !== 'GIFT_CARD').map((sale) => sale.totalAmount));
}

/** A tip may come as a line of its own: without a variant, and exactly as large as the order's tips. */
function nameTip(items: readonly LedgerItem[], tips: Amount): LedgerItem[] {
  const at = items.findIndex((item) => item.kind === 'product' && item.line.variant === null && item.amount === tips);
  return items.map((item, index) => (index === at ? { ...item, kind: 'tip' as const } : item));
}
