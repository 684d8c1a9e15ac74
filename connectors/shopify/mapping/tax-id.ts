import type { DraftFor } from '#contract';
import type { RawOrder } from '../raw/order.ts';

/** Where Chilean shops keep the RUT typed at the checkout: Shopify's own field for it, and the attribute most checkout apps write. */
export const TAX_ID_FROM: readonly string[] = ['localized_field', 'attribute:rut'];

/** A place in an order: `attribute:<name>` compares names without case, accents, blanks, dashes and underscores. */
export const TAX_ID_PLACE = /^(localized_field|billing_company|billing_address2|attribute:\S.*)$/;

/** Parts of an order that have to be asked for to look in these places. */
export function partsFor(places: readonly string[]): {
  readonly taxFields: boolean;
  readonly attributes: boolean;
  readonly billing: boolean;
} {
  return {
    taxFields: places.includes('localized_field'),
    attributes: places.some((place) => place.startsWith('attribute:')),
    billing: places.some((place) => place.startsWith('billing_')),
  };
}

/**
 * Whom the document is to be made out to: the RUT typed at the checkout, from the first of `places` that holds one, as a record of its own.
 * It is the document's and not the shopper's, who may buy for a company. As with every buyer it is turned into a key and forgotten by the
 * normalising stage. Null where nothing that looks like a RUT was typed.
 */
export function billedToOf(order: RawOrder, places: readonly string[]): DraftFor<'customer'> | null {
  for (const place of places) {
    for (const text of textsAt(order, place)) {
      const number = numberOf(text, !place.startsWith('billing_'));
      if (number === null) continue;
      return {
        entity: 'customer',
        sourceId: `tax:${order.id}`,
        sourceCreatedAt: order.createdAt,
        sourceUpdatedAt: order.updatedAt,
        fields: {
          kind: number >= FIRST_COMPANY ? 'company' : 'person',
          rut_display: null,
          rut_valid: null,
          comuna: null,
          region: null,
          commercial_id: null,
        },
        identity: { rut: text.trim() },
      };
    }
  }
  return null;
}

/** Companies have numbers from here up; below are people. */
const FIRST_COMPANY = 50_000_000;

function textsAt(order: RawOrder, place: string): string[] {
  const found = {
    localized_field: () => (order.localizedFields?.nodes ?? []).filter(({ key }) => /^(TAX|SHIPPING)_CREDENTIAL_CL$/.test(key)),
    billing_company: () => [{ value: order.billingAddress?.company }],
    billing_address2: () => [{ value: order.billingAddress?.address2 }],
  };
  const named = place.startsWith('attribute:') ? plain(place.slice('attribute:'.length)) : null;
  const values =
    named === null
      ? (found[place as keyof typeof found]?.() ?? [])
      : (order.customAttributes ?? []).filter(({ key }) => plain(key) === named);
  return values.flatMap(({ value }) => (value === null || value === undefined || value.trim() === '' ? [] : [value]));
}

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/[\p{M}\s_-]/gu, '')
    .toLowerCase();

/** The number before the check digit, of a text that is nothing but a RUT. A field made for other things must have the dash, or a phone is one. */
function numberOf(text: string, mayLackDash: boolean): number | null {
  const typed = text
    .normalize('NFKC')
    .replaceAll(/[\s.,'’]/gu, '')
    .replaceAll(/[\p{Dash_Punctuation}−]/gu, '-');
  const [, body, dash] = /^(?:CL-?)?0*([1-9]\d{4,7})(-?)[\dK]$/i.exec(typed) ?? [];
  return body === undefined || (dash === '' && !mayLackDash) ? null : Number(body);
}
