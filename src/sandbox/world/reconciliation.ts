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
  const both = world.tenants.filter(({ shop, odoo }) => shop !== null && odoo !== null);
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

interface Pair {
  readonly sale: LedgerEntry;
  readonly mirror: LedgerEntry;
}

/** Sales with the first of their copies that stands. */
function pairsOf(ledger: readonly LedgerEntry[]): Pair[] {
  const standing = ledger.filter((entry) => entry.voice.original !== null && isConfirmed(entry));
  const copies = Map.groupBy(standing, ({ voice }) => voice.original!.id);
  return ledger
    .filter((sale) => sale.document.source === 'shopify' && sale.isSale)
    .flatMap((sale) => {
      const [mirror] = (copies.get(sale.document.id) ?? []).toSorted((a, b) => Number(a.document.id) - Number(b.document.id));
      return mirror === undefined ? [] : [{ sale, mirror }];
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
  return pairs.filter(({ sale, mirror }) => {
    const documented = first.get(mirror.document.id) ?? mirror.day;
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
  const mirrors = Map.groupBy(
    ledger.filter(({ voice }) => voice.original !== null),
    ({ voice }) => voice.original!.id,
  );
  const pointing = ledger.filter(
    ({ document: { source, shopOrderId, shopOrderName } }) => source === 'odoo' && (shopOrderId ?? shopOrderName) !== null,
  );
  const web = ledger.filter(({ document }) => document.source === 'shopify');

  for (const sale of web) {
    const copies = (mirrors.get(sale.document.id) ?? []).toSorted((a, b) => Number(a.document.id) - Number(b.document.id));
    const [pair, ...surplus] = copies;
    for (const copy of surplus) add('duplicate_in_odoo', confirmed(copy));
    if (pair === undefined) {
      const young = sale.document.time + 3_600_000 > anchor;
      if (sale.isSale) add(young ? 'pending' : 'missing_in_odoo', -worth(sale));
    } else comparePair(sale, pair, add);
  }
  for (const order of pointing) {
    if (order.voice.original === null)
      add(order.voice.silentBecause === 'waiting' ? 'pending_link' : 'missing_in_shopify', confirmed(order));
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

function comparePair(sale: LedgerEntry, pair: LedgerEntry, add: (name: DefectClass, amount: Decimal) => void): void {
  const stands = sale.isSale;
  const mirrored = isConfirmed(pair);
  const difference = confirmed(pair) - (stands ? worth(sale) : 0n);
  if (difference === 0n && (sale.document.currency === pair.document.currency || !stands)) return;
  // Neither a test order nor a free one is missed on the other side.
  if (stands !== mirrored) add(pair.document.excludedBecause === 'intercompany' ? 'intercompany' : 'status', difference);
  else if (pair.document.currency !== sale.document.currency) add('currency', difference);
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
