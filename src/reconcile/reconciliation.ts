/**
 * Why a document of one side has no equal on the other. A peso is in exactly one class; `sql/compare.sql` says how each is decided.
 * `pending` is no difference yet: it cannot be judged before the other side's stream has passed the document and its grace.
 */
export const CLASSES = ['duplicate_in_odoo', 'status', 'pending', 'missing_in_shopify', 'missing_in_odoo', 'currency', 'amount'] as const;

export type FindingClass = (typeof CLASSES)[number];

/** Findings of one class; `amount` is their sum, Odoo minus shop, in the tenant's currency. */
export interface ClassTotal {
  readonly class: FindingClass;
  readonly findings: number;
  readonly amount: string;
}

export interface Finding {
  readonly finding: number;
  readonly class: FindingClass;
  /** Odoo minus shop, in the tenant's currency. */
  readonly amount: string;
  readonly shopOrderId: string | null;
  readonly erpOrderId: string | null;
  readonly shopName: string | null;
  readonly erpName: string | null;
  /** In the tenant's currency; null where that side has no document, or no exchange rate. */
  readonly shopAmount: string | null;
  readonly erpAmount: string | null;
  /** Local day of the original, `YYYY-MM-DD`. */
  readonly businessDay: string;
  readonly explanation: string;
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
  /** The first findings, largest of each class first; `classes` counts them all. */
  readonly findings: readonly Finding[];
}
