import type { Draft } from '#contract';
import { orderDraft } from './scripted-stream.ts';

type Changes = NonNullable<Parameters<typeof orderDraft>[1]>;

/** A web order #1001 of id 5001, paid and sent. */
export function webOrder(number: number, total: number, at: string, changes: Changes = {}): Draft {
  const id = String(number + 4000);
  return orderDraft(id, {
    name: `#${number}`,
    status: 'completed',
    payment_state: 'paid',
    created_at: at,
    amount_total_source: String(total),
    shop_order_id: id,
    shop_order_name: String(number),
    ...changes,
  });
}

/** What makes an order of the ERP the mirror of that web order. */
export const mirrorOf = (number: number) => ({ shop_order_id: String(number + 4000), shop_order_name: String(number) });

/** Money that the shop gave back for a web order. */
export function webRefund(id: number, number: number, total: number, at: string): Draft {
  const untaxed = Math.round(total / 1.19);
  return {
    entity: 'refund',
    sourceId: String(id),
    sourceCreatedAt: at,
    sourceUpdatedAt: at,
    fields: {
      order_id: String(number + 4000),
      created_at: at,
      currency_source: 'CLP',
      amount_total_source: String(total),
      amount_untaxed_source: String(untaxed),
      amount_tax_source: String(total - untaxed),
      amount_paid_back_source: String(total),
    },
  };
}
