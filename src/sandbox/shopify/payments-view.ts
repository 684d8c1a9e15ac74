import type { Shop } from '../world/shop-model.ts';
import type { ShopBalanceMovement, ShopPayout } from '../world/shop-payouts.ts';
import { amountText, gid, stamp } from './wire-values.ts';

export function payoutView(payout: ShopPayout, { currency }: Shop) {
  const money = (amount: number) => ({ amount: amountText(amount, currency), currencyCode: currency });
  const net = payout.charges + payout.refunds + payout.adjustments - payout.chargesFee - payout.adjustmentsFee;
  return {
    id: gid('ShopifyPaymentsPayout', payout.id),
    legacyResourceId: String(payout.id),
    issuedAt: stamp(payout.issuedAt),
    status: payout.status,
    transactionType: net < 0 ? 'WITHDRAWAL' : 'DEPOSIT',
    externalTraceId: payout.externalTraceId,
    net: money(net),
    summary: {
      chargesGross: money(payout.charges),
      chargesFee: money(payout.chargesFee),
      refundsFeeGross: money(payout.refunds),
      refundsFee: money(0),
      adjustmentsGross: money(payout.adjustments),
      adjustmentsFee: money(payout.adjustmentsFee),
      reservedFundsGross: money(0),
      reservedFundsFee: money(0),
      retriedPayoutsGross: money(0),
      retriedPayoutsFee: money(0),
    },
  };
}

export function movementView(movement: ShopBalanceMovement, shop: Shop) {
  const money = (amount: number) => ({ amount: amountText(amount, shop.currency), currencyCode: shop.currency });
  const payout = shop.payments?.payouts.find(({ id }) => id === movement.payoutId);
  return {
    id: gid('ShopifyPaymentsBalanceTransaction', movement.id),
    type: movement.type,
    test: false,
    transactionDate: stamp(movement.at),
    sourceOrderTransactionId: movement.transactionId === null ? null : String(movement.transactionId),
    amount: money(movement.amount),
    fee: money(movement.fee),
    net: money(movement.amount - movement.fee),
    associatedOrder: () => {
      const order = shop.orders.find(({ id }) => id === movement.orderId);
      return order === undefined ? null : { id: gid('Order', order.id), name: order.name };
    },
    // There always is one; without an id while the payout is to come.
    associatedPayout: { id: payout === undefined ? null : gid('ShopifyPaymentsPayout', payout.id), status: payout?.status ?? 'PENDING' },
  };
}
