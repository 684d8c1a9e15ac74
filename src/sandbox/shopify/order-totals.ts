import type { Minor } from '../world/model.ts';
import type { Shop, ShopLine, ShopOrder, ShopShippingLine } from '../world/shop-model.ts';

/**
 * Money of an order as Shopify's own totals state it, minor units. "Before returns" still holds what an edit removed, and
 * "current" is after edits and returns; money given without a line changes what was refunded but not the current total.
 */
export interface OrderTotals {
  readonly price: Minor;
  readonly currentPrice: Minor;
  readonly tax: Minor;
  readonly currentTax: Minor;
  readonly discounts: Minor;
  readonly shipping: Minor;
  readonly received: Minor;
  readonly refunded: Minor;
}

export function orderTotals(order: ShopOrder, shop: Shop): OrderTotals {
  const withTax = (net: Minor, tax: Minor): Minor => (shop.taxesIncluded ? net : net + tax);
  const part = (amount: Minor, line: ShopLine): Minor => Math.round((amount * line.currentQuantity) / Math.max(1, line.quantity));
  const lineNet = (line: ShopLine): Minor => line.quantity * line.unitPrice - line.discount;
  const currentNet = (line: ShopLine): Minor => line.currentQuantity * line.unitPrice - part(line.discount, line);
  const shippingNet = (line: ShopShippingLine): Minor => line.price - line.discount;
  const { lines, shippingLines, refunds, transactions } = order;
  const back = refunds.flatMap((refund) => refund.shipping);
  const money = (kinds: readonly string[]): Minor =>
    sum(
      transactions.filter(({ kind, status }) => status === 'SUCCESS' && kinds.includes(kind)),
      ({ amount }) => amount,
    );
  const shippingPrice = sum(shippingLines, (line) => withTax(shippingNet(line), line.tax));
  return {
    price: sum(lines, (line) => withTax(lineNet(line), line.tax)) + shippingPrice + order.tip,
    currentPrice:
      sum(lines, (line) => withTax(currentNet(line), part(line.tax, line))) +
      shippingPrice -
      sum(back, ({ subtotal, tax }) => withTax(subtotal, tax)) +
      order.tip,
    tax: sum(lines, ({ tax }) => tax) + sum(shippingLines, ({ tax }) => tax),
    currentTax: sum(lines, (line) => part(line.tax, line)) + sum(shippingLines, ({ tax }) => tax) - sum(back, ({ tax }) => tax),
    discounts: sum(lines, ({ discount }) => discount) + sum(shippingLines, ({ discount }) => discount),
    shipping: sum(shippingLines, shippingNet),
    received: money(['SALE', 'CAPTURE']),
    refunded: money(['REFUND']),
  };
}

function sum<T>(items: readonly T[], amount: (item: T) => Minor): Minor {
  return items.reduce((total, item) => total + amount(item), 0);
}
