import type { DraftFor } from '#contract';
import type { RawCheckout } from '../raw/checkout.ts';
import { decimalText } from './amount.ts';
import { customerDraft, guestDraft } from './customer.ts';

/**
 * A cart: when, how much, whose, and whether its shopper can be written to. `mayReadContact` false: the app sees no contact data, and
 * Shopify lists only carts that have some.
 */
export function checkoutDraft(checkout: RawCheckout, mayReadContact: boolean): DraftFor<'abandoned_checkout'> {
  const { amount, currencyCode } = checkout.totalPriceSet.shopMoney;
  const shopper = shopperOf(checkout);
  const left = [shopper?.identity?.email, shopper?.identity?.phone].some((contact) => contact !== null && contact !== undefined);
  return {
    entity: 'abandoned_checkout',
    sourceId: checkout.id,
    sourceCreatedAt: checkout.createdAt,
    sourceUpdatedAt: checkout.updatedAt,
    fields: {
      created_at: checkout.createdAt,
      completed_at: checkout.completedAt,
      customer_id: shopper?.sourceId ?? null,
      has_contact: mayReadContact ? left : checkout.customer !== null && checkout.customer !== undefined,
      currency_source: currencyCode,
      amount_total_source: decimalText(amount),
    },
  };
}

/** The registered shopper, or who left a phone in the address; null when nobody is known. */
export function shopperOf(checkout: RawCheckout): DraftFor<'customer'> | null {
  if (checkout.customer !== null && checkout.customer !== undefined) return customerDraft(checkout.customer);
  return guestDraft({ ...checkout, sourceId: `guest:checkout:${checkout.id}` }, { phone: checkout.shippingAddress?.phone });
}
