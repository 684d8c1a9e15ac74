import type { SalesDocument } from './document.ts';

/** Minutes an ERP order may be ahead of the web order it points to. */
const GRACE_MINUTES = 60;

export interface Voice {
  readonly silentBecause: 'mirror' | 'waiting' | 'ordered' | null;
  /** The web order it mirrors. */
  readonly original: SalesDocument | null;
}

/**
 * Which documents of a tenant speak for a sale: web orders always; an ERP order unless it mirrors a web order, or points to
 * one that may still arrive, or is the invoice of an order.
 */
export function speaking(web: readonly SalesDocument[], anchor: number): (document: SalesDocument) => Voice {
  const byId = new Map(web.map((document) => [document.id, document]));
  const byName = Map.groupBy(web, (document) => document.shopOrderName);
  return (document) => {
    if (document.source === 'shopify') return { silentBecause: null, original: null };
    if (document.invoicedOrderId !== undefined) return { silentBecause: 'ordered', original: null };
    const { shopOrderId, shopOrderName } = document;
    if (shopOrderId === null && shopOrderName === null) return { silentBecause: null, original: null };
    const named = shopOrderName === null ? [] : (byName.get(shopOrderName) ?? []);
    const original = (shopOrderId === null ? undefined : byId.get(shopOrderId)) ?? (named.length === 1 ? named[0] : undefined);
    if (original !== undefined) return { silentBecause: 'mirror', original };
    // The shop is covered from its first day up to the anchor.
    const waiting = web.length > 0 && document.time + GRACE_MINUTES * 60_000 > anchor;
    return { silentBecause: waiting ? 'waiting' : null, original: null };
  };
}

/** Whether a document that speaks is a sale. */
export function isSale(document: SalesDocument, voice: Voice): boolean {
  return voice.silentBecause === null && document.excludedBecause === null && ['open', 'completed', 'refunded'].includes(document.status);
}
