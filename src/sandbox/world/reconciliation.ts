import { decimal, decimalText, type Decimal } from './decimal.ts';
import { DEFECT_CLASSES, type DefectClass } from './defect-kinds.ts';
import { total, type SalesDocument } from './document.ts';
import { issuedDocuments } from './odoo-documents-issued.ts';
import { sourcesOf } from './expected.ts';
import { timeOf } from './instants.ts';
import type { WorldTenant } from './model.ts';
import { salesLedger, type LedgerEntry } from './sales-ledger.ts';
import type { World } from './world.ts';

/** How a tenant's sales in the shop and what its ERP holds of them hang together; amounts in the tenant's currency. */
export interface ExpectedBridge {
  readonly rut: string;
  readonly currency: string;
  /** Web orders that are sales. */
  readonly shopTotal: string;
  /** Confirmed ERP orders that point to a web order. */
  readonly odooTotal: string;
  /** What each class adds on the way from the shop's total to the ERP's. */
  readonly classes: Readonly<Partial<Record<DefectClass, { readonly count: number; readonly amount: string }>>>;
  /** ERP − shop − Σ classes: '0' when every peso is explained. */
  readonly remainder: string;
}

export interface ExpectedReconciliation {
  /** Seeded differences by class over all tenants: sorted, zeros left out. */
  readonly injected: Readonly<Partial<Record<DefectClass, number>>>;
  /** One per tenant that has both a shop and an ERP. */
  readonly bridges: readonly ExpectedBridge[];
}

/** What reconciliation must find in this world, as of its anchor: what was put in, and what dates and rounding make by themselves. */
export function expectedReconciliation(world: World): ExpectedReconciliation {
  const both = world.tenants.filter(({ shops, odoo }) => shops.length > 0 && odoo !== null);
  const ledgers = both.map((tenant) => ({ tenant, ledger: [...salesLedger(sourcesOf(world, tenant.rut))] }));
  const counted = new Map<DefectClass, number>(DEFECT_CLASSES.map((name) => [name, world.defects.filter((d) => d.class === name).length]));
  for (const { tenant, ledger } of ledgers) {
    const pairs = pairsOf(ledger);
    counted.set('rounding', (counted.get('rounding') ?? 0) + pairs.filter(differsByRounding).length);
    counted.set('date_cutoff', (counted.get('date_cutoff') ?? 0) + acrossMonths(pairs, world, tenant));
  }
  return {
    injected: Object.fromEntries([...counted].filter(([, count]) => count > 0)),
    bridges: ledgers.map(({ tenant, ledger }) => bridgeOf(ledger, tenant, timeOf(world.anchor))),
  };
}

/** What belongs together: a sale and its copy in the ordinary case. */
interface Pair {
  readonly sale: LedgerEntry;
  readonly mirror: LedgerEntry;
  /** Every document of the ERP that is compared. */
  readonly mirrors: readonly LedgerEntry[];
}

interface Group {
  /** By their numbers. */
  readonly web: readonly LedgerEntry[];
  readonly copies: readonly LedgerEntry[];
}

const byNumber = (a: LedgerEntry, b: LedgerEntry): number => Number(a.document.id) - Number(b.document.id);

/** Web orders with their copies: one that several share joins them. */
function groupsOf(ledger: readonly LedgerEntry[]): Group[] {
  const groupOf = new Map<string, { web: LedgerEntry[]; copies: LedgerEntry[] }>();
  for (const entry of ledger) if (entry.document.source === 'shopify') groupOf.set(entry.document.id, { web: [entry], copies: [] });
  for (const copy of ledger) {
    const [first, ...others] = copy.voice.originals.map(({ id }) => groupOf.get(id)!);
    if (first === undefined) continue;
    for (const other of others) {
      if (other === first) continue;
      first.web.push(...other.web);
      first.copies.push(...other.copies);
      for (const { document } of other.web) groupOf.set(document.id, first);
    }
    first.copies.push(copy);
  }
  return [...new Set(groupOf.values())].map(({ web, copies }) => ({ web: web.toSorted(byNumber), copies: copies.toSorted(byNumber) }));
}

/** Of the copies that stand, the first so many as come closest to the sales; what is beyond them is surplus. */
function pairedOf({ web, copies }: Group): { readonly paired: readonly LedgerEntry[]; readonly surplus: readonly LedgerEntry[] } {
  const standing = copies.filter(isConfirmed);
  if (standing.length < 2) return { paired: standing.length === 1 ? standing : copies.slice(0, 1), surplus: [] };
  const target = sum(web.map((sale) => (sale.isSale ? worth(sale) : 0n)));
  const off = standing.map((_, i) => size(sum(standing.slice(0, i + 1).map(worth)) - target));
  const most = off.findIndex((difference) => off.every((other) => difference <= other)) + 1;
  return { paired: standing.slice(0, most), surplus: standing.slice(most) };
}

/** Several documents as one: the first, with the lines, payments and amounts of all. */
function together(entries: readonly LedgerEntry[]): LedgerEntry {
  const [first] = entries;
  if (first === undefined || entries.length === 1) return first!;
  const documents = entries.map(({ document }) => document);
  const document = {
    ...first.document,
    total: total(documents, (one) => one.total),
    tax: total(documents, (one) => one.tax),
    lines: documents.flatMap(({ lines }) => lines),
    payments: documents.flatMap(({ payments }) => payments),
  };
  const amounts = first.reported.amounts === null ? null : { ...first.reported.amounts, total: sum(entries.map(worth)) };
  return { ...first, document, reported: { ...first.reported, amounts } };
}

/** Sales with the copies of theirs that stand. */
function pairsOf(ledger: readonly LedgerEntry[]): Pair[] {
  return groupsOf(ledger).flatMap((group) => {
    const sales = group.web.filter(({ isSale }) => isSale);
    const mirrors = pairedOf(group).paired.filter(isConfirmed);
    return sales.length === 0 || mirrors.length === 0 ? [] : [{ sale: together(sales), mirror: together(mirrors), mirrors }];
  });
}

/** The same total with other taxes, by at most a peso a taxed line. */
function differsByRounding({ sale: { document: shop }, mirror: { document: copy } }: Pair): boolean {
  const difference = size(copy.tax - shop.tax);
  const taxed = ({ lines }: SalesDocument) => lines.filter(({ tax }) => tax !== 0n).length;
  const most = BigInt(Math.max(taxed(shop), taxed(copy), 1)) * ONE;
  return copy.total === shop.total && copy.currency === shop.currency && difference > 0n && difference <= most;
}

/** Sales whose first document, or whose copy without one, is of another month. */
function acrossMonths(pairs: readonly Pair[], world: World, tenant: WorldTenant): number {
  const database = world.odoos.find(({ name }) => name === tenant.odoo?.database)!;
  const first = new Map<string, string>();
  for (const { invoice, posted, credit, lines } of issuedDocuments(database, tenant)) {
    if (!posted || credit || invoice.documentCode === '56') continue;
    for (const { order } of lines) {
      const known = first.get(order ?? '');
      if (order !== null && (known === undefined || invoice.invoiceDate! < known)) first.set(order, invoice.invoiceDate!);
    }
  }
  const month = (day: string) => day.slice(0, 7);
  return pairs.filter(({ sale, mirror, mirrors }) => {
    const documented = mirrors.flatMap(({ document }) => first.get(document.id) ?? []).sort()[0] ?? mirror.day;
    return [documented, mirror.day].some((day) => month(day) !== month(sale.day));
  }).length;
}

type Found = Map<DefectClass, { count: number; amount: Decimal }>;

/** Works the classes out of the documents themselves, not from what was put in. */
function bridgeOf(ledger: readonly LedgerEntry[], { rut, currency }: WorldTenant, anchor: number): ExpectedBridge {
  const found: Found = new Map();
  const add = (name: DefectClass, amount: Decimal): void => {
    const before = found.get(name) ?? { count: 0, amount: 0n };
    found.set(name, { count: before.count + 1, amount: before.amount + amount });
  };
  const pointing = ledger.filter(
    ({ document: { source, shopOrderId, shopOrderName } }) => source === 'odoo' && (shopOrderId ?? shopOrderName) !== null,
  );
  const web = ledger.filter(({ document }) => document.source === 'shopify');

  for (const group of groupsOf(ledger)) {
    const { paired, surplus } = pairedOf(group);
    for (const copy of surplus) add('duplicate_in_odoo', confirmed(copy));
    const sales = group.web.filter(({ isSale }) => isSale);
    if (paired.length > 0) comparePair(together(sales.length > 0 ? sales : group.web), together(paired), currency, add);
    else if (sales[0] !== undefined) add(sales[0].document.time + 3_600_000 > anchor ? 'pending' : 'missing_in_odoo', -worth(sales[0]));
  }
  for (const order of pointing) {
    if (order.voice.original !== null) continue;
    const lost = order.voice.silentBecause === 'waiting' ? 'pending_link' : 'missing_in_shopify';
    add(order.voice.ambiguous ? 'duplicate_ref' : lost, confirmed(order));
  }
  const shopTotal = sum(web.map((sale) => (sale.isSale ? worth(sale) : 0n)));
  const odooTotal = sum(pointing.map(confirmed));
  const explained = sum([...found.values()].map(({ amount }) => amount));
  return {
    rut,
    currency,
    shopTotal: decimalText(shopTotal),
    odooTotal: decimalText(odooTotal),
    classes: Object.fromEntries(
      DEFECT_CLASSES.flatMap((name) => {
        const one = found.get(name);
        return one === undefined ? [] : [[name, { count: one.count, amount: decimalText(one.amount) }]];
      }),
    ),
    remainder: decimalText(odooTotal - shopTotal - explained),
  };
}

function comparePair(sale: LedgerEntry, pair: LedgerEntry, currency: string, add: (name: DefectClass, amount: Decimal) => void): void {
  const stands = sale.isSale;
  const mirrored = isConfirmed(pair);
  const difference = confirmed(pair) - (stands ? worth(sale) : 0n);
  if (difference === 0n && (sale.document.currency === pair.document.currency || !stands)) return;
  // Neither a test order nor a free one is missed on the other side.
  if (stands !== mirrored) add(pair.document.excludedBecause === 'intercompany' ? 'intercompany' : 'status', difference);
  else if (pair.document.currency !== sale.document.currency) add('currency', difference);
  // The same amount in another currency than the company's, at two days' rates.
  else if (sale.document.currency !== currency && sale.document.total === pair.document.total) add('fx', difference);
  else add(partThatDiffers(sale.document, pair.document), difference);
}

/** Only one part of a copy was twisted: which one tells the class. */
function partThatDiffers(shop: SalesDocument, copy: SalesDocument): DefectClass {
  const of = (document: SalesDocument, kind: string) => total(document.lines, (line) => (line.kind === kind ? line.amount : 0n));
  const cut = (document: SalesDocument) => total(document.lines, (line) => (line.kind === 'shipping' ? 0n : line.discount));
  const usedCards = shop.payments.some(({ gateway }) => gateway === 'gift_card') && of(copy, 'gift_card') === 0n;
  if (usedCards || (of(shop, 'gift_card') > 0n && copy.total - shop.total === of(shop, 'gift_card'))) return 'gift_card';
  if (of(shop, 'shipping') !== of(copy, 'shipping')) return 'shipping';
  if (of(shop, 'tip') !== of(copy, 'tip')) return 'fee_tip';
  if (cut(shop) !== cut(copy)) return 'discount';
  return shop.tax - copy.tax >= shop.total - copy.total - 10n * ONE && shop.total > copy.total ? 'tax' : 'amount';
}

const ONE = decimal('1');
const size = (amount: Decimal): Decimal => (amount < 0n ? -amount : amount);

function isConfirmed({ document }: LedgerEntry): boolean {
  return document.excludedBecause === null && ['open', 'completed', 'refunded'].includes(document.status);
}

/** What a confirmed ERP order is worth; nothing else is worth anything. */
function confirmed(entry: LedgerEntry): Decimal {
  return isConfirmed(entry) ? worth(entry) : 0n;
}

function worth({ reported }: LedgerEntry): Decimal {
  return reported.amounts?.total ?? 0n;
}

function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((all, amount) => all + amount, 0n);
}
