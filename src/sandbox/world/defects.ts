import type { Calendar } from './calendar.ts';
import { DEFECT_KINDS, defectKind, type DefectClass, type DefectKind, type Twist } from './defect-kinds.ts';
import { mergedMirror, mirrorOf, orphanOf, splitMirror, type MirrorTerms } from './mirrors.ts';
import type { Entry, OdooBook } from './odoo-book.ts';
import { Random } from './random.ts';
import { storyDefects } from './story-defects.ts';
import type { Mirrored } from './web-papers.ts';
import type { WebOrders, WebSale } from './web-orders.ts';
import { webScenario } from './web-scenarios.ts';

/** One seeded difference between a shop and its ERP. */
export interface Defect {
  readonly class: DefectClass;
  readonly rut: string;
  /** The shop's order, if it exists. */
  readonly webOrderId: number | null;
  /** The ERP's order, if it exists; of a duplicate, the surplus one. */
  readonly odooOrderId: number | null;
}

/** How many there are of what has no web order in the shop's stream, or no copy yet. */
export interface DefectCounts {
  readonly missingInShopify: number;
  /** Web orders the ERP does not have yet. */
  readonly pending: number;
  /** ERP orders whose original the shop's stream does not have yet. */
  readonly waiting: number;
  /** Web orders returned more than six months after their boleta. */
  readonly lateReturns: number;
}

const part = (share: number, webOrders: number): number => Math.max(1, Math.round(share * webOrders));

export function defectCounts(webOrders: number): DefectCounts {
  return {
    missingInShopify: part(0.004, webOrders),
    pending: part(0.003, webOrders),
    waiting: part(0.002, webOrders),
    lateReturns: part(0.002, webOrders),
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

export interface BookedMirrors {
  /** Copies that may be invoiced, with what is to happen to their documents. */
  readonly mirrored: readonly Mirrored[];
  /** The seeded differences of orders; the ERP's ids are filled in once the book is closed. */
  readonly defects: () => Defect[];
}

/** Books every web order into the ERP as its story says, with the seeded differences. */
export function bookMirrors(plan: {
  readonly seed: number;
  readonly rut: string;
  readonly web: WebOrders;
  readonly counts: DefectCounts;
  readonly pendingAges: readonly number[];
  readonly book: OdooBook;
  readonly terms: MirrorTerms;
  readonly calendar: Calendar;
}): BookedMirrors {
  const { seed, rut, web, counts, book, terms, calendar } = plan;
  const found: { class: DefectClass; webOrderId: number | null; entry: Entry | null }[] = [];
  const mirrored: Mirrored[] = [];
  const { sales } = web;
  const twists = chooseTwists(sales, new Random(seed, `${rut}:defects`));
  const merged = chooseMerged(sales, twists);
  const absorbed = new Set(merged.values());
  const pending = new Set(plan.pendingAges.map((minutes) => calendar.anchor - Math.round(minutes * 60) * 1000));
  const rankOf = (index: number): number => index / sales.length;

  for (const [index, sale] of sales.entries()) {
    const random = new Random(seed, `${rut}:mirror ${index}`);
    const story = webScenario(sale.scenario);
    const note = (name: DefectClass, entry: Entry | null): void => void found.push({ class: name, webOrderId: sale.order.id, entry });
    for (const name of storyDefects(sale)) note(name, null);
    const skipped = random.chance(0.5);
    if (sale.recent && pending.has(sale.processed)) {
      note('pending', null);
      continue;
    }
    if (absorbed.has(index) || story.mirror === 'none' || (story.mirror === 'confirmed-or-none' && skipped)) continue;
    const twist = twists.get(index);
    const kind: DefectKind | null = twist === undefined ? null : defectKind(twist);
    if (kind?.mirror === null) {
      if (kind.class !== null) note(kind.class, null);
      continue;
    }
    const honest = mirrorOf(sale, rankOf(index), terms, random, kind?.mirror(random) ?? {});
    const other = sales[merged.get(index) ?? -1];
    const sketches =
      kind?.booked === 'split'
        ? splitMirror(honest, 0.3 / sales.length)
        : [other === undefined ? honest : mergedMirror(honest, [sale, other], terms, random)];
    const [entry] = sketches.map((sketch) => {
      const booked = book.add(sketch);
      if (kind?.undocumented !== true) mirrored.push({ entry: booked, sale, twist: kind?.papers ?? null, defect: kind?.class ?? null });
      return booked;
    });
    if (twist === 'duplicate') {
      const again = { rank: rankOf(index) + 0.4 / sales.length, delay: random.int(45, 180), invoiceStatus: 'to invoice' } as const;
      note('duplicate_in_odoo', book.add(mirrorOf(sale, rankOf(index), terms, random, again)));
    } else if (kind !== null && kind.class !== null && kind.papers === undefined) note(kind.class, entry!);
  }
  for (const [index, lost] of web.lost.entries()) {
    const random = new Random(seed, `${rut}:orphan ${index}`);
    found.push({ class: 'missing_in_shopify', webOrderId: null, entry: book.add(orphanOf(lost, random.next(), terms, random)) });
  }
  for (let index = 0; index < counts.waiting; index++) {
    const random = new Random(seed, `${rut}:early mirror ${index}`);
    const early = { ...web.upcoming(), time: calendar.anchor - random.int(4 * 60, 28 * 60) * 1000 };
    found.push({ class: 'pending_link', webOrderId: null, entry: book.add(orphanOf(early, 1 + index, terms, random)) });
  }
  return { mirrored, defects: () => found.map(({ entry, ...defect }) => ({ ...defect, rut, odooOrderId: entry?.id ?? null })) };
}

/**
 * Which orders are twisted: old enough for their mirror to be there, and for what is found only after days or weeks, so much older. By rank and
 * not by date, so that the seed alone decides.
 */
function chooseTwists(sales: readonly WebSale[], random: Random): Map<number, Twist> {
  const order = random.shuffle(sales.flatMap((sale, index) => (sale.recent ? [] : [index])));
  const firstRefund = sales.findIndex(({ order: { refunds }, scenario }) => refunds.length > 0 && scenario !== 'returned late');
  const twists = new Map<number, Twist>();
  for (const twist of Object.keys(DEFECT_KINDS) as Twist[]) {
    const { share, fits, old }: DefectKind = DEFECT_KINDS[twist];
    const until = sales.length * (old === 'weeks' ? 0.6 : old === 'days' ? 0.85 : 1);
    const fitting = order.filter((index) => !twists.has(index) && index < until && index !== firstRefund && fits(sales[index]!));
    for (const index of fitting.slice(0, part(share, sales.length))) twists.set(index, twist);
  }
  return twists;
}

/** With which later order each is booked together: the next that has no story of its own. One that finds none is booked as ever. */
function chooseMerged(sales: readonly WebSale[], twists: Map<number, Twist>): ReadonlyMap<number, number> {
  const merged = new Map<number, number>();
  const taken = new Set<number>();
  for (const [index, twist] of [...twists].sort(([a], [b]) => a - b)) {
    const kind: DefectKind = DEFECT_KINDS[twist];
    if (kind.booked !== 'merged') continue;
    const next = sales.findIndex((sale, at) => at > index && !sale.recent && !twists.has(at) && !taken.has(at) && kind.fits(sale));
    if (next < 0) {
      twists.delete(index);
      continue;
    }
    merged.set(index, next);
    taken.add(next);
  }
  return merged;
}
