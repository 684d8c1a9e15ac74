import type { DraftFor } from '#contract';
import type { RawOrder, RawRefund } from '../raw/order.ts';
import { decimalText, sum, type Amount } from './amount.ts';
import { isEditRecord } from './order-removals.ts';

interface Value {
  readonly amount: Amount;
  readonly tax: Amount;
}

/** The refunds of an order and their lines. Records of an edit are none. */
export function refundDrafts(order: RawOrder): (DraftFor<'refund'> | DraftFor<'refund_line'>)[] {
  return order.refunds
    .filter((refund) => !isEditRecord(order, refund))
    .flatMap((refund) => [refundDraft(order, refund), ...lineDrafts(order, refund)]);
}

function refundDraft(order: RawOrder, refund: RawRefund): DraftFor<'refund'> {
  const value = takenBack(order, refund);
  const paidBack = refund.transactions.filter((t) => t.kind === 'REFUND' && t.status === 'SUCCESS').map((t) => t.amountSet);
  return {
    entity: 'refund',
    sourceId: refund.id,
    sourceCreatedAt: refund.createdAt,
    sourceUpdatedAt: order.updatedAt,
    fields: {
      order_id: order.id,
      created_at: refundInstant(order, refund),
      currency_source: order.currencyCode,
      amount_total_source: decimalText(value.amount),
      amount_untaxed_source: decimalText(value.amount - value.tax),
      amount_tax_source: decimalText(value.tax),
      amount_paid_back_source: decimalText(sum(paidBack)),
    },
    complete: ['refund_line'],
  };
}

/** A refund may lack both stamps in old data; the order's last change is then the closest thing there is. */
function refundInstant(order: RawOrder, refund: RawRefund): string {
  return refund.processedAt ?? refund.createdAt ?? order.updatedAt;
}

/**
 * What was taken back, tax in it: returned lines, shipping, and money given without either. Gift cards given back are left
 * out, as they were no sale.
 */
function takenBack(order: RawOrder, refund: RawRefund): Value {
  const giftCards = new Set(order.lineItems.filter((line) => line.isGiftCard).map((line) => line.id));
  const parts = [
    ...refund.refundLineItems
      .filter((line) => !giftCards.has(line.lineItem.id))
      .map((line) => withTax(order, line.subtotalSet, line.totalTaxSet)),
    ...refund.refundShippingLines.map((line) => withTax(order, line.subtotalAmountSet, line.taxAmountSet)),
    ...refund.orderAdjustments.map(adjustment),
  ];
  const amount = sum(parts.map((part) => part.amount));
  return amount > 0n ? { amount, tax: sum(parts.map((part) => part.tax)) } : { amount: 0n, tax: 0n };
}

function withTax(order: RawOrder, subtotal: Amount, tax: Amount): Value {
  return { amount: order.taxesIncluded ? subtotal : subtotal + tax, tax };
}

/**
 * An adjustment states what happens to the order's total, its tax beside it: below zero is money given beyond the returned
 * lines, so it counts. Above zero less money was given than the lines are worth: the value stays (the gap is a finding of
 * the reconciliation), unless the money is pending; then the refund that brings it carries the value, and this one must not.
 */
function adjustment(entry: RawRefund['orderAdjustments'][number]): Value {
  const amount = entry.amountSet + entry.taxAmountSet;
  if (amount > 0n && entry.reason !== 'PENDING_REFUND_DISCREPANCY') return { amount: 0n, tax: 0n };
  return { amount: -amount, tax: -entry.taxAmountSet };
}

function lineDrafts(order: RawOrder, refund: RawRefund): DraftFor<'refund_line'>[] {
  return refund.refundLineItems.map((line) => {
    const value = withTax(order, line.subtotalSet, line.totalTaxSet);
    return {
      entity: 'refund_line',
      sourceId: line.id ?? `${refund.id}-${line.lineItem.id}`,
      sourceCreatedAt: refund.createdAt,
      sourceUpdatedAt: order.updatedAt,
      fields: {
        refund_id: refund.id,
        order_line_id: line.lineItem.id,
        quantity: String(line.quantity),
        amount_source: decimalText(value.amount),
        amount_tax_source: decimalText(value.tax),
        currency_source: order.currencyCode,
      },
    };
  });
}
