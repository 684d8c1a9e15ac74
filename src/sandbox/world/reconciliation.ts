import { decimalText, type Decimal } from './decimal.ts';
import { DEFECT_CLASSES, type DefectClass } from './defects.ts';
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

/** What reconciliation must find in this world, as of its anchor. */
export function expectedReconciliation(world: World): ExpectedReconciliation {
  const counted = DEFECT_CLASSES.map((name) => [name, world.defects.filter((defect) => defect.class === name).length] as const);
  const both = world.tenants.filter(({ shop, odoo }) => shop !== null && odoo !== null);
  return {
    injected: Object.fromEntries(counted.filter(([, count]) => count > 0)),
    bridges: both.map((tenant) => bridgeOf([...salesLedger(sourcesOf(world, tenant.rut))], tenant, timeOf(world.anchor))),
  };
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
    if (order.voice.original === null) add(order.voice.silentBecause === 'waiting' ? 'pending' : 'missing_in_shopify', confirmed(order));
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
  if (stands !== mirrored) {
    // Neither a test order nor a free one is missed on the other side.
    if (difference !== 0n) add('status', difference);
  } else if (stands && pair.document.currency !== sale.document.currency) add('currency', difference);
  else if (difference !== 0n) add('amount', difference);
}

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
