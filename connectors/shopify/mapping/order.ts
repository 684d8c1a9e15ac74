import type { DraftFor } from '#contract';
import type { RawOrder } from '../raw/order.ts';
import { decimalText, sum, type Amount } from './amount.ts';
import { customerDraft, guestDraft } from './customer.ts';
import type { OrderLedger } from './order-ledger.ts';
import { orderStatus, paymentState, sourceStatus } from './order-status.ts';

/** What an order is told beside its own record. */
export interface OrderSurroundings {
  /** Name of the shop, as #1001 exists in each. */
  readonly shop: string;
  /** False when the source holds more transactions than it lists: then none is declared complete, and none tombstoned. */
  readonly withPayments: boolean;
  /** Source id of the customer that the document is to be made out to, where a RUT was typed at the checkout. */
  readonly billedTo: string | null;
  /** The white-listed payload. */
  readonly raw: unknown;
}

/** The order itself. */
export function orderDraft(
  order: RawOrder,
  ledger: OrderLedger,
  { shop, withPayments, billedTo, raw }: OrderSurroundings,
): DraftFor<'order'> {
  const { total } = ledger;
  const products = sum(ledger.items.filter((item) => item.kind === 'product').map((item) => item.amount));
  const shipping = sum(ledger.shipping.map((line) => line.amount));
  return {
    entity: 'order',
    sourceId: order.id,
    sourceCreatedAt: order.createdAt,
    sourceUpdatedAt: order.updatedAt,
    fields: {
      name: order.name,
      status: orderStatus(order),
      excluded_because: exclusion(order, ledger),
      payment_state: paymentState(order.totalReceivedSet, total.amount + ledger.giftCards),
      source_status: sourceStatus(order),
      created_at: order.processedAt,
      cancelled_at: order.cancelledAt,
      currency_source: order.currencyCode,
      amount_total_source: decimalText(total.amount),
      amount_untaxed_source: decimalText(total.amount - total.tax),
      amount_tax_source: decimalText(total.tax),
      amount_products_source: decimalText(products),
      amount_shipping_source: decimalText(shipping),
      amount_discount_source: decimalText(total.discount),
      amount_other_source: decimalText(total.amount - products - shipping),
      amount_iva_source: textOrNull(total.iva),
      amount_exempt_source: textOrNull(total.exempt),
      amount_ledger_source: textOrNull(ledger.agreed),
      customer_id: buyerOf(order)?.sourceId ?? null,
      ...(billedTo === null ? {} : { billed_to_id: billedTo }),
      channel: channelOf(order),
      shop,
      company: null,
      shop_order_id: order.id,
      shop_order_name: numberOf(order.name),
    },
    complete: withPayments ? ['order_line', 'refund', 'order_payment'] : ['order_line', 'refund'],
    raw,
  };
}

/** The registered buyer, or the guest as far as the order tells; null when it tells nothing. */
export function buyerOf(order: RawOrder): DraftFor<'customer'> | null {
  if (order.customer !== null && order.customer !== undefined) return customerDraft(order.customer);
  return guestDraft({ ...order, sourceId: `guest:${order.id}` }, order);
}

/**
 * What the books cite: the number of `#1001`, and of what a shop that puts letters around it calls CL1001 or 1001-CL. A name that is made
 * otherwise is cited whole.
 */
function numberOf(name: string): string {
  const plain = name.trim().replace(/^#/, '').trim();
  return /^(?:\p{L}+[\s_-]?)?#?(\d+)(?:[\s_-]?\p{L}+)?$/u.exec(plain)?.[1] ?? plain;
}

const textOrNull = (amount: Amount | null): string | null => (amount === null ? null : decimalText(amount));

/** Shopify's own ways of selling have words, an app's orders carry its number: then its name says more (a marketplace). */
function channelOf(order: RawOrder): string | null {
  const { sourceName, app } = order;
  return sourceName === null || /^\d+$/.test(sourceName) ? (app?.name ?? sourceName) : sourceName;
}

function exclusion(order: RawOrder, ledger: OrderLedger): DraftFor<'order'>['fields']['excluded_because'] {
  if (order.test) return 'test';
  if (ledger.items.length > 0 && ledger.items.every((item) => item.kind === 'gift_card')) return 'gift_card_only';
  return ledger.total.amount === 0n ? 'zero_value' : null;
}
