import type { RawOrder, RawRefund } from '../raw/order.ts';

/**
 * True for a "refund" that only records the removal of unpaid lines by an order edit: no money moved, and what the shop
 * holds is not more than what is left to pay. It lowers the order; it gives nothing back.
 */
export function isEditRecord(order: RawOrder, refund: RawRefund): boolean {
  if (!order.edited || order.cancelledAt !== null || refund.refundLineItems.length === 0) return false;
  const money = refund.transactions.some((t) => t.kind === 'REFUND' && (t.status === 'SUCCESS' || t.status === 'PENDING'));
  return !money && order.totalReceivedSet - order.totalRefundedSet <= order.currentTotalPriceSet;
}

/**
 * Units of each line as sold: after edits, before returns. Shopify tells ordered and current units only, so units that are
 * neither there nor returned were removed by an edit. A cancellation also empties the lines without returning them, hence
 * the order of an unedited or cancelled order without returned lines stands as it was placed.
 */
export function unitsSold(order: RawOrder): Map<string, number> {
  const returned = new Map<string, number>();
  for (const refund of order.refunds) {
    if (isEditRecord(order, refund)) continue;
    for (const line of refund.refundLineItems) {
      returned.set(line.lineItem.id, (returned.get(line.lineItem.id) ?? 0) + line.quantity);
    }
  }
  const removalsKnown = order.edited && (order.cancelledAt === null || returned.size > 0);
  return new Map(
    order.lineItems.map((line) => [
      line.id,
      removalsKnown ? Math.min(line.quantity, line.currentQuantity + (returned.get(line.id) ?? 0)) : line.quantity,
    ]),
  );
}
