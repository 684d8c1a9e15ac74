import type { DraftFor } from '#contract';
import type { RawCustomer } from '../raw/order.ts';

/**
 * A buyer without a name: where they live, and what they are recognised by (turned into a key and forgotten by the
 * normalising stage). The tax id typed at a checkout belongs to the order's document, not to the buyer, and is not read.
 */
export function customerDraft(customer: RawCustomer): DraftFor<'customer'> {
  return {
    entity: 'customer',
    sourceId: customer.id,
    sourceCreatedAt: customer.createdAt,
    sourceUpdatedAt: customer.updatedAt,
    fields: {
      kind: 'person',
      rut_display: null,
      rut_valid: null,
      comuna: filled(customer.defaultAddress?.city),
      region: filled(customer.defaultAddress?.province),
    },
    identity: {
      email: filled(customer.defaultEmailAddress?.emailAddress),
      phone: filled(customer.defaultPhoneNumber?.phoneNumber),
    },
  };
}

function filled(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
