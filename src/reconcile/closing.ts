import type { DocumentsBridge, DocumentsWarning, SourceAsOf } from './documents-bridge.ts';
import type { TrackedFinding } from './finding-state.ts';
import type { Reconciliation } from './reconciliation.ts';

/** What a period consists of: sales, Odoo orders that stand for sales of the shop, what was given back, issued documents. */
export type PeriodEntity = 'sale' | 'erp_order' | 'refund' | 'document';

/** Decimal text in the tenant's currency; below zero for what is given back. */
export type PeriodTotals = Readonly<Record<PeriodEntity, { readonly count: number; readonly amount: string }>>;

/** A month as a person closed it. Instants are UTC. */
export interface Closing {
  readonly id: string;
  /** `2026-11`, in the tenant's days. */
  readonly month: string;
  readonly currency: string;
  readonly closedAt: string;
  readonly closedBy: string;
  readonly reason: string;
  /** Although a source was not current or a bridge did not close. */
  readonly isForced: boolean;
  readonly totals: PeriodTotals;
  readonly sources: readonly SourceAsOf[];
  readonly warnings: readonly DocumentsWarning[];
  /** Of the two bridges that were kept; null where there is nothing to compare. */
  readonly reconciliationId: string | null;
  readonly documentsBridgeId: string | null;
  readonly reopenedAt: string | null;
  readonly reopenedBy: string | null;
  readonly reopenedBecause: string | null;
}

/** A closed month exactly as it was closed, and what it is now. */
export interface ShownClosing {
  readonly closing: Closing;
  readonly reconciliation: Reconciliation | null;
  readonly documents: DocumentsBridge | null;
  readonly live: {
    readonly at: string;
    readonly totals: PeriodTotals;
    /** What changed since, document by document. */
    readonly changes: readonly PeriodChange[];
  };
  /** What was said of the changes; none before the first comparison after a change, and none of a month that was opened again. */
  readonly findings: readonly TrackedFinding[];
}

/** A document of a closed month that is another now; null: it is not there, or not of this month. */
export interface PeriodChange {
  readonly entity: PeriodEntity;
  readonly id: string;
  readonly name: string | null;
  readonly day: string;
  readonly closed: string | null;
  readonly now: string | null;
}

/** Something stands against closing or opening a month; the message says what, and what to type. */
export class ClosingRefused extends Error {
  override readonly name = 'ClosingRefused';
}
