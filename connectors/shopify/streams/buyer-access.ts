import { SourceError, type Notice } from '#contract';
import { RECOVERABLE } from '../graphql-errors.ts';
import { partsFor } from '../mapping/tax-id.ts';
import { NOTICES } from '../notices.ts';

/** Which parts of the buyer the app may read; see `OrderFields`. */
export interface BuyerAccess {
  readonly customer: boolean;
  readonly identity: boolean;
}

/** What is asked for of an order's buyer: with fewer rights neither contact data nor what else they typed at the checkout. */
export interface BuyerParts extends BuyerAccess {
  readonly taxFields: boolean;
  readonly attributes: boolean;
  readonly billing: boolean;
}

/** @param places where the RUT typed at the checkout is looked for */
export function buyerParts(access: BuyerAccess, places: readonly string[]): BuyerParts {
  return { ...access, ...partsFor(access.identity ? places : []) };
}

export const FULL_ACCESS: BuyerAccess = { customer: true, identity: true };

/** What to ask for after a denial, or null when the failure is about something else. */
export function lessAccess(access: BuyerAccess, error: unknown): BuyerAccess | null {
  const code = error instanceof SourceError ? error.code : null;
  if (code === RECOVERABLE.noCustomer && access.customer) return { customer: false, identity: false };
  if (code === RECOVERABLE.noIdentity && access.identity) return { customer: access.customer, identity: false };
  return null;
}

export const accessNotice = (access: BuyerAccess): Notice => (access.customer ? NOTICES.noIdentities : NOTICES.noBuyers);
