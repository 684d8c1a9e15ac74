import type { Minor } from './model.ts';
import type { ShopLine, ShopOrder, ShopShippingLine } from './shop-model.ts';

/**
 * What a line costs the customer: with tax, after discounts. Nothing may have been returned yet: pieces that are gone were
 * taken out by an edit, and such lines carry no discount.
 */
export function lineGross(line: ShopLine, taxesIncluded: boolean): Minor {
  const tax = Math.round((line.tax * line.currentQuantity) / line.quantity);
  return line.currentQuantity * line.unitPrice - line.discount + (taxesIncluded ? 0 : tax);
}

export function shippingGross(line: ShopShippingLine, taxesIncluded: boolean): Minor {
  return line.price - line.discount + (taxesIncluded ? 0 : line.tax);
}

/** What the customer owes for the whole basket, gift cards bought included. */
export function amountDue(order: Pick<ShopOrder, 'lines' | 'shippingLines' | 'tip'>, taxesIncluded: boolean): Minor {
  const lines = order.lines.reduce((sum, line) => sum + lineGross(line, taxesIncluded), 0);
  const shipping = order.shippingLines.reduce((sum, line) => sum + shippingGross(line, taxesIncluded), 0);
  return lines + shipping + order.tip;
}

/** Money that arrived: successful sales and captures. */
export function amountReceived(order: Pick<ShopOrder, 'transactions'>): Minor {
  return order.transactions
    .filter(({ kind, status }) => status === 'SUCCESS' && (kind === 'SALE' || kind === 'CAPTURE'))
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** Money given back. */
export function amountRefunded(order: Pick<ShopOrder, 'transactions'>): Minor {
  return order.transactions
    .filter(({ kind, status }) => status === 'SUCCESS' && kind === 'REFUND')
    .reduce((sum, { amount }) => sum + amount, 0);
}
