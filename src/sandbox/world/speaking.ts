import type { SalesDocument } from './document.ts';
import type { TenantShop } from './model.ts';

/** Minutes an ERP order may be ahead of the web order it points to. */
const GRACE_MINUTES = 60;

export interface Voice {
  readonly silentBecause: 'mirror' | 'waiting' | 'ordered' | null;
  /** The web order it mirrors, the first where several were merged into it. */
  readonly original: SalesDocument | null;
  /** All of them, in the order of their numbers. */
  readonly originals: readonly SalesDocument[];
  /** Whether several web orders have the number it cites, and nothing says which is meant. */
  readonly ambiguous: boolean;
}

const SILENT = { original: null, originals: [], ambiguous: false } as const;

/**
 * Which documents of a tenant speak for a sale: web orders always; an ERP order unless it mirrors a web order, or points to one that may still
 * arrive, or is the invoice of an order. By its id, else by each number it cites, of the shop whose prefix stands before it, or whose team or company it is of.
 */
export function speaking(web: readonly SalesDocument[], shops: readonly TenantShop[], anchor: number): (document: SalesDocument) => Voice {
  const byId = new Map(web.map((document) => [document.id, document]));
  const byName = Map.groupBy(web, (document) => document.shopOrderName);
  const shopOf = new Map(shops.map((shop) => [shop.domain.split('.')[0]!, shop]));
  return (document) => {
    if (document.source === 'shopify') return { silentBecause: null, ...SILENT };
    if (document.invoicedOrderId !== undefined) return { silentBecause: 'ordered', ...SILENT };
    const { shopOrderId, shopOrderName, shopOrderNames, shopOrderPrefix: prefix = null, shopOrderStores: stores } = document;
    if (shopOrderId === null && shopOrderName === null) return { silentBecause: null, ...SILENT };
    const byPrefix = prefix !== null && shops.some(({ prefixes }) => prefixes.includes(prefix));
    const isOfStore = (shop: TenantShop): boolean => shop.stores.some((store) => stores?.includes(store));
    const byStore = !byPrefix && shops.some(isOfStore);
    const mayBeOf = (shop: TenantShop): boolean =>
      byPrefix ? shop.prefixes.includes(prefix) : byStore ? isOfStore(shop) : prefix === null || shop.prefixes.length === 0;
    const candidates = (shopOrderNames ?? (shopOrderName === null ? [] : [shopOrderName])).map((name) =>
      (byName.get(name) ?? []).filter(({ shop }) => mayBeOf(shopOf.get(shop ?? '')!)),
    );
    const named = candidates.flatMap((found) => (found.length === 1 ? found : []));
    const stated = shopOrderId === null ? undefined : byId.get(shopOrderId);
    const beside = stated !== undefined && shopOrderNames?.includes(stated.shopOrderName ?? '') === true;
    const all = stated === undefined ? named : beside ? [stated, ...named] : [stated];
    const originals = [...new Set(all)].sort((a, b) => Number(a.id) - Number(b.id));
    if (originals.length > 0) return { silentBecause: 'mirror', original: originals[0]!, originals, ambiguous: false };
    // The shop is covered from its first day up to the anchor.
    const waiting = web.length > 0 && document.time + GRACE_MINUTES * 60_000 > anchor;
    return { silentBecause: waiting ? 'waiting' : null, ...SILENT, ambiguous: candidates.some((found) => found.length > 1) };
  };
}

/** Whether a document that speaks is a sale. */
export function isSale(document: SalesDocument, voice: Voice): boolean {
  return voice.silentBecause === null && document.excludedBecause === null && ['open', 'completed', 'refunded'].includes(document.status);
}
