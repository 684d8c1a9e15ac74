import type { DraftFor } from '#contract';
import type { RawBalanceTransaction, RawPayout } from '../raw/payout.ts';
import { decimalText } from './amount.ts';

/** As order transactions call it. */
const GATEWAY = 'shopify_payments';

/**
 * One payout. Shopify states `net` and a summary; what the summary does not name (reserves, retries, advances) is the rest, so that the parts
 * add up to the net. It has no clock of its own: a later reading wins.
 */
export function payoutDraft(payout: RawPayout): DraftFor<'payout'> {
  const { net, summary } = payout;
  const fee = summary.chargesFee + summary.refundsFee + summary.adjustmentsFee + summary.reservedFundsFee + summary.retriedPayoutsFee;
  const named = summary.chargesGross + summary.refundsFeeGross + summary.adjustmentsGross;
  return {
    entity: 'payout',
    sourceId: payout.id,
    sourceCreatedAt: payout.issuedAt,
    sourceUpdatedAt: null,
    fields: {
      created_at: payout.issuedAt,
      status: payout.status,
      direction: payout.transactionType === 'DEPOSIT' ? 'deposit' : 'withdrawal',
      gateway: GATEWAY,
      reference: payout.externalTraceId ?? null,
      currency_source: net.currencyCode,
      amount_source: decimalText(net.amount),
      amount_charges_source: decimalText(summary.chargesGross),
      amount_refunds_source: decimalText(summary.refundsFeeGross),
      amount_adjustments_source: decimalText(summary.adjustmentsGross),
      amount_other_source: decimalText(net.amount - named + fee),
      amount_fee_source: decimalText(fee),
    },
  };
}

/** One movement of the balance, with the transaction of an order behind it, if any. */
export function payoutTransactionDraft(movement: RawBalanceTransaction): DraftFor<'payout_transaction'> {
  return {
    entity: 'payout_transaction',
    sourceId: movement.id,
    sourceCreatedAt: movement.transactionDate,
    sourceUpdatedAt: null,
    fields: {
      payout_id: movement.associatedPayout?.id ?? null,
      order_id: movement.associatedOrder?.id ?? null,
      order_payment_id: movement.sourceOrderTransactionId ?? null,
      created_at: movement.transactionDate,
      kind: movement.type,
      gateway: GATEWAY,
      is_test: movement.test,
      currency_source: movement.amount.currencyCode,
      amount_source: decimalText(movement.amount.amount),
      amount_fee_source: decimalText(movement.fee),
      amount_net_source: decimalText(movement.net),
    },
  };
}
