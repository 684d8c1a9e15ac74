import type { Calendar } from './calendar.ts';
import { mirrorOf, orphanOf, type MirrorTerms } from './mirrors.ts';
import type { Entry, OdooBook } from './odoo-book.ts';
import { Random } from './random.ts';
import type { WebOrders, WebSale } from './web-orders.ts';
import { webScenario } from './web-scenarios.ts';

/** What reconciliation must find. */
export const DEFECT_CLASSES = [
  'amount',
  'currency',
  'duplicate_in_odoo',
  'missing_in_odoo',
  'missing_in_shopify',
  'pending',
  'status',
] as const;
export type DefectClass = (typeof DEFECT_CLASSES)[number];

/** One seeded difference between a shop and its ERP. */
export interface Defect {
  readonly class: DefectClass;
  readonly rut: string;
  /** The shop's order, if it exists. */
  readonly webOrderId: number | null;
  /** The ERP's order, if it exists; of a duplicate, the surplus one. */
  readonly odooOrderId: number | null;
}

/** How many of each a shop of so many orders gets. */
export interface DefectCounts {
  readonly missingInOdoo: number;
  readonly missingInShopify: number;
  readonly duplicate: number;
  readonly amount: number;
  readonly currency: number;
  readonly odooCancelled: number;
  readonly shopCancelled: number;
  /** Web orders the ERP does not have yet. */
  readonly pending: number;
  /** ERP orders whose original the shop's stream does not have yet. */
  readonly waiting: number;
}

export function defectCounts(webOrders: number): DefectCounts {
  const part = (share: number): number => Math.max(1, Math.round(share * webOrders));
  return {
    missingInOdoo: part(0.006),
    missingInShopify: part(0.004),
    duplicate: part(0.005),
    amount: part(0.008),
    currency: part(0.003),
    odooCancelled: part(0.003),
    shopCancelled: part(0.003),
    pending: part(0.003),
    waiting: part(0.002),
  };
}

/** Ages in minutes of a shop's youngest orders: first the pending ones, well inside the hour of grace; then mirrored ones. */
export function recentAges(
  pending: number,
  mirrored: number,
  random: Random,
): { readonly ages: number[]; readonly pending: readonly number[] } {
  const young = Array.from({ length: pending }, () => random.int(3 * 60, 28 * 60) / 60);
  const rest = Array.from({ length: mirrored }, () => random.int(8 * 60, 55 * 60) / 60);
  return { ages: [...young, ...rest], pending: young };
}

type Twist = 'missing' | 'duplicate' | 'amount' | 'currency' | 'odoo cancelled' | 'shop cancelled';

/**
 * Books every web order into the ERP as its story says, with the seeded differences. Returns them; the ERP's ids are filled
 * in once the book is closed.
 */
export function bookMirrors(plan: {
  readonly seed: number;
  readonly rut: string;
  readonly web: WebOrders;
  readonly counts: DefectCounts;
  readonly pendingAges: readonly number[];
  readonly book: OdooBook;
  readonly terms: MirrorTerms;
  readonly calendar: Calendar;
}): () => Defect[] {
  const { seed, rut, web, counts, book, terms, calendar } = plan;
  const found: { class: DefectClass; webOrderId: number | null; entry: Entry | null }[] = [];
  const { sales } = web;
  const twists = chooseTwists(sales, counts, new Random(seed, `${rut}:defects`));
  const pending = new Set(plan.pendingAges.map((minutes) => calendar.anchor - Math.round(minutes * 60) * 1000));
  const rankOf = (index: number): number => index / sales.length;

  for (const [index, sale] of sales.entries()) {
    const random = new Random(seed, `${rut}:mirror ${index}`);
    const story = webScenario(sale.scenario);
    const webOrderId = sale.order.id;
    const note = (name: DefectClass, entry: Entry | null): void => void found.push({ class: name, webOrderId, entry });
    const add = (twist: Parameters<typeof mirrorOf>[4]): Entry => book.add(mirrorOf(sale, rankOf(index), terms, random, twist));
    if (sale.recent && pending.has(sale.processed)) {
      note('pending', null);
      continue;
    }
    const skipped = random.chance(0.5);
    if (story.mirror === 'none' || (story.mirror === 'confirmed-or-none' && skipped)) continue;
    switch (twists.get(index)) {
      case undefined:
        add({});
        break;
      case 'missing':
        note('missing_in_odoo', null);
        break;
      case 'duplicate':
        add({});
        note('duplicate_in_odoo', add({ rank: rankOf(index) + 0.4 / sales.length, delay: random.int(45, 180) }));
        break;
      case 'amount':
        note('amount', add({ surcharge: random.int(5, 40) * 100 }));
        break;
      case 'currency':
        note('currency', add({ currency: 'USD' }));
        break;
      case 'odoo cancelled':
        note('status', add({ state: 'cancel' }));
        break;
      case 'shop cancelled':
        note('status', add({ state: 'sale' }));
        break;
    }
  }
  for (const [index, lost] of web.lost.entries()) {
    const random = new Random(seed, `${rut}:orphan ${index}`);
    found.push({ class: 'missing_in_shopify', webOrderId: null, entry: book.add(orphanOf(lost, random.next(), terms, random)) });
  }
  for (let index = 0; index < counts.waiting; index++) {
    const random = new Random(seed, `${rut}:early mirror ${index}`);
    const early = { ...web.upcoming(), time: calendar.anchor - random.int(4 * 60, 28 * 60) * 1000 };
    found.push({ class: 'pending', webOrderId: null, entry: book.add(orphanOf(early, 1 + index, terms, random)) });
  }
  return () => found.map(({ entry, ...defect }) => ({ ...defect, rut, odooOrderId: entry?.id ?? null }));
}

/** Plain orders old enough for their mirror to be there are twisted; of cancelled ones, those that cancel their mirror too. */
function chooseTwists(sales: readonly WebSale[], counts: DefectCounts, random: Random): ReadonlyMap<number, Twist> {
  const indexes = (wanted: (sale: WebSale) => boolean): number[] =>
    random.shuffle(sales.flatMap((sale, index) => (!sale.recent && wanted(sale) ? [index] : [])));
  const plain = indexes(({ scenario }) => scenario === 'completed');
  const cancelled = indexes(({ scenario }) => scenario === 'cancelled unpaid');
  const twists = new Map<number, Twist>();
  const give = (from: number[], twist: Twist, count: number): void => {
    for (let i = 0; i < count; i++) {
      const index = from.pop();
      if (index !== undefined) twists.set(index, twist);
    }
  };
  give(plain, 'missing', counts.missingInOdoo);
  give(plain, 'amount', counts.amount);
  give(plain, 'duplicate', counts.duplicate);
  give(plain, 'currency', counts.currency);
  give(plain, 'odoo cancelled', counts.odooCancelled);
  give(cancelled, 'shop cancelled', counts.shopCancelled);
  return twists;
}
