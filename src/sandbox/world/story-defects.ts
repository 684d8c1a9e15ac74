import type { DefectClass } from './defect-kinds.ts';
import { amountReceived, amountRefunded } from './web-money.ts';
import type { WebSale } from './web-orders.ts';
import { refundValue } from './web-refunds.ts';
import { webScenario, type WebScenario } from './web-scenarios.ts';

/** What reconciliation finds in a web order whatever the ERP says: the order's own story is one. Prices include tax. */
export function storyDefects({ order, scenario }: WebSale): DefectClass[] {
  const story: WebScenario = webScenario(scenario);
  const found: DefectClass[] = [];
  if (story.test === true || story.basket === 'gift-cards' || story.basket === 'free') return ['out_of_scope'];
  if (order.cancelledAt !== null && amountReceived(order) > amountRefunded(order)) found.push('cancelled_not_refunded');
  if (scenario === 'returned late') found.push('refund_after_6_months');
  if (story.payment === 'too-much') found.push('overpaid');
  if (story.payment === 'twice') found.push('paid_twice');
  for (const refund of order.refunds) {
    const given = order.transactions.filter(({ id, status }) => status === 'SUCCESS' && refund.transactionIds.includes(id));
    if (given.reduce((sum, { amount }) => sum + amount, 0) < refundValue(refund, true)) found.push('refund_not_paid');
  }
  // What was returned was once in the basket: quantities are those before.
  const goods = order.lines
    .filter(({ isGiftCard }) => !isGiftCard)
    .reduce((sum, line) => sum + line.quantity * line.unitPrice - line.discount, 0);
  const worth = goods + order.shippingLines.reduce((sum, { price, discount }) => sum + price - discount, 0) + order.tip;
  if (order.refunds.reduce((sum, refund) => sum + refundValue(refund, true), 0) > worth) found.push('refund_amount');
  return found;
}
