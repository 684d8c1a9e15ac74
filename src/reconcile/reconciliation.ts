import type { FindingClass } from './finding-classes.ts';

/** Findings of one class; `amount` is their sum, Odoo minus shop, in the tenant's currency. */
export interface ClassTotal {
  readonly class: FindingClass;
  /** Flags among them. */
  readonly findings: number;
  /** Those of amount 0. */
  readonly flags: number;
  readonly amount: string;
  /** What they are about beside the bridge: refunds, documents, taxes within the tolerance; null where that is no money. */
  readonly value: string | null;
}

/** What may be what a finding misses; a person links it with `kpi link`. */
export interface Suggestion {
  readonly id: string;
  readonly name: string;
  readonly source: 'shopify' | 'odoo';
  /** Which shop, where the source says. */
  readonly shop?: string;
  readonly day: string;
  readonly because: 'amount_and_day' | 'near_reference' | 'same_reference';
}

export interface Finding {
  readonly finding: number;
  /** The same in every comparison: class and documents. */
  readonly key: string;
  readonly class: FindingClass;
  /** Part of the order: total, gift_card, shipping, discount, fee, tax, refund, document, payment, buyer, date, lines. */
  readonly component: string | null;
  /** Odoo minus shop, in the tenant's currency; '0' is a flag. */
  readonly amount: string;
  /** What a flag is about, in the tenant's currency. */
  readonly value: string | null;
  readonly groupId: string | null;
  readonly shopOrderId: string | null;
  readonly erpOrderId: string | null;
  /** All orders of Odoo, where they are more than one. */
  readonly erpOrderIds: readonly string[];
  readonly shopName: string | null;
  readonly erpName: string | null;
  /** In the tenant's currency; null where that side has no document, or no exchange rate. */
  readonly shopAmount: string | null;
  readonly erpAmount: string | null;
  /** Local day of the original, `YYYY-MM-DD`. */
  readonly businessDay: string;
  /** What explains it, for `explainFinding`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly suggestion: readonly Suggestion[] | null;
  /** In words, of comparisons older than `data`. */
  readonly explanation: string | null;
}

/** Something that makes the comparison less than certain: a side that is stale, held, loading or being read again. */
export interface ReconciliationWarning {
  readonly code: 'paused' | 'loading' | 'stale' | 'starts_later' | 'held' | 'failing' | 'backfilling' | 'without_rate';
  readonly source: string | null;
  /** Name of the connection. */
  readonly connection: string | null;
  readonly message: string;
}

/**
 * The bridge from the shop's sales to the books' web orders, as it was when it ran: `shopAmount` + the classes' amounts + `remainder`
 * = `erpAmount`. Money is decimal text in `currency`, instants are UTC.
 */
export interface Reconciliation {
  readonly id: string;
  readonly tenantId: string;
  readonly asOf: string;
  /** Until when each side's orders were covered; null while a first reading had not ended. */
  readonly shopAsOf: string | null;
  readonly erpAsOf: string | null;
  /** Half-open; null for no bound. */
  readonly from: string | null;
  readonly until: string | null;
  readonly createdAt: string;
  readonly currency: string;
  readonly shopOrders: number;
  readonly shopAmount: string;
  readonly erpOrders: number;
  readonly erpAmount: string;
  /** Only classes with findings, in the order in which they are decided. */
  readonly classes: readonly ClassTotal[];
  /** '0', or the comparison itself is wrong. */
  readonly remainder: string;
  readonly warnings: readonly ReconciliationWarning[];
  /** Grace, days, tolerances and scope it was made with. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The first findings, money before flags, largest of each class first; `classes` counts them all. */
  readonly findings: readonly Finding[];
}
