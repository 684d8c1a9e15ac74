import type { DraftFor } from '#contract';
import type { RawCustomer } from '../raw/order.ts';

/**
 * A buyer without a name: where they live, and what they are recognised by (turned into a key and forgotten by the
 * normalising stage). The tax id typed at a checkout belongs to the order's document, not to the buyer: `tax-id.ts`.
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
      commercial_id: null,
    },
    identity: {
      email: filled(customer.defaultEmailAddress?.emailAddress),
      phone: filled(customer.defaultPhoneNumber?.phoneNumber),
    },
  };
}

/**
 * Somebody of whom only a document speaks: who checked out as a guest, or left a phone with a cart. One record per document, so that
 * it is found again by e-mail or phone, and by nothing else. Null when the document says neither.
 */
export function guestDraft(
  document: { readonly sourceId: string; readonly createdAt: string; readonly updatedAt: string },
  contact: { readonly email?: string | null | undefined; readonly phone?: string | null | undefined },
): DraftFor<'customer'> | null {
  const identity = { email: filled(contact.email), phone: filled(contact.phone) };
  if (identity.email === null && identity.phone === null) return null;
  return {
    entity: 'customer',
    sourceId: document.sourceId,
    sourceCreatedAt: document.createdAt,
    sourceUpdatedAt: document.updatedAt,
    fields: { kind: 'person', rut_display: null, rut_valid: null, comuna: null, region: null, commercial_id: null },
    identity,
  };
}

function filled(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
