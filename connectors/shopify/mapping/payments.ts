import type { DraftFor } from '#contract';
import type { RawOrder } from '../raw/order.ts';
import { decimalText } from './amount.ts';

/** Every transaction of an order, failed ones too: `kind` and `status` are Shopify's words. Gift cards used are here, gateway `gift_card`. */
export function paymentDrafts(order: RawOrder): DraftFor<'order_payment'>[] {
  return order.transactions.map((transaction) => ({
    entity: 'order_payment',
    sourceId: transaction.id,
    sourceCreatedAt: transaction.createdAt,
    sourceUpdatedAt: order.updatedAt,
    fields: {
      order_id: order.id,
      created_at: transaction.processedAt ?? transaction.createdAt ?? order.processedAt,
      kind: transaction.kind,
      status: transaction.status,
      gateway: transaction.gateway ?? 'unknown',
      is_test: transaction.test,
      currency_source: order.currencyCode,
      amount_source: decimalText(transaction.amountSet),
    },
  }));
}
