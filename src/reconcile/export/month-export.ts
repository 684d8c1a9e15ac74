import type { ShownClosing } from '../closing.ts';
import type { DocumentsBridge } from '../documents-bridge.ts';
import type { FindingState } from '../finding-state.ts';
import type { Finding, Reconciliation } from '../reconciliation.ts';

/** Whose month it is. */
export interface ExportedCompany {
  readonly name: string;
  readonly rut: string;
  readonly timeZone: string;
  readonly currency: string;
  /** How many decimals the currency has. */
  readonly decimals: number;
}

/** A month as finance takes it away: as it was closed, or as it is now. */
export interface MonthExport {
  readonly company: ExportedCompany;
  /** `2026-11`, in the company's days. */
  readonly month: string;
  /** Local minute of the company. */
  readonly madeAt: string;
  /** The last closing; null when the month never was closed. */
  readonly closing: ShownClosing['closing'] | null;
  /** Whether it is the closing that speaks, and not the month as it is now. */
  readonly isClosed: boolean;
  /** What the month is now, of one that was closed. */
  readonly live: ShownClosing['live'] | null;
  /** Null where there are not both sides. */
  readonly reconciliation: Reconciliation | null;
  /** Whether the comparison can be shown again by its id. */
  readonly isKept: boolean;
  /** Null without books. */
  readonly documents: DocumentsBridge | null;
  /** Every finding of the comparison in its order, read as it is asked for. To be read once, within `exportMonth`. */
  findings(): AsyncIterable<ExportedFinding>;
}

/** A finding with what was said of it until then. Times are local minutes of the company. */
export interface ExportedFinding extends Pick<
  Finding,
  | 'finding'
  | 'class'
  | 'component'
  | 'amount'
  | 'value'
  | 'shopName'
  | 'erpName'
  | 'shopAmount'
  | 'erpAmount'
  | 'businessDay'
  | 'data'
  | 'suggestion'
  | 'explanation'
> {
  /** What people call it; null where nothing is followed: what is pending or out of scope, or was never seen by the worker. */
  readonly number: string | null;
  readonly state: FindingState | null;
  readonly stateBy: string | null;
  readonly note: string | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly ageDays: number | null;
  /** Its page in the shop, and in the books. */
  readonly shopUrl: string | null;
  readonly erpUrl: string | null;
}
