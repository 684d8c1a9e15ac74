import type { DocumentsWarning, SourceAsOf } from './documents-bridge.ts';

/**
 * Why the books hold another amount than the shop took, in the order in which they are shown. A peso is in exactly one line;
 * `sql/clearing.sql` says how each is decided.
 */
export const CLEARING_LINES = [
  'not_in_books',
  'booked_later',
  'booked_before',
  'payment_fee',
  'refund_not_in_books',
  'refund_booked_later',
  'refund_without_shop',
  'without_shop',
  'amount',
] as const;

export type ClearingLine = (typeof CLEARING_LINES)[number];

/** One gateway: `taken` − `givenBack` + the lines' amounts + `remainder` = `inBooks`. */
export interface GatewayClearing {
  readonly gateway: string;
  readonly orders: number;
  readonly taken: string;
  readonly givenBack: string;
  /** What the gateway says it keeps; null where it does not say. */
  readonly fees: string | null;
  readonly payouts: number;
  /** What it paid out to the bank; null where it does not say. */
  readonly paidOut: string | null;
  /** Journals of the books in which its money is. */
  readonly journals: readonly string[];
  readonly payments: number;
  /** Null where the company has no books to compare with. */
  readonly inBooks: string | null;
  /** `inBooks` − `taken` + `givenBack`. */
  readonly difference: string | null;
  readonly lines: readonly { readonly line: ClearingLine; readonly findings: number; readonly amount: string }[];
  readonly remainder: string;
}

export interface ClearingFinding {
  readonly gateway: string;
  readonly line: ClearingLine;
  readonly amount: string;
  readonly orderId: string | null;
  readonly order: string | null;
  /** Local day of the order. */
  readonly day: string | null;
  readonly payments: readonly { readonly name: string; readonly journal: string; readonly day: string }[];
}

/** What gateways took and paid out, against what the books hold of it. Money is decimal text in `currency`, days are the tenant's. */
export interface Clearing {
  readonly tenantId: string;
  /** Local days, half-open. */
  readonly from: string;
  readonly until: string;
  /** UTC. */
  readonly madeAt: string;
  readonly sources: readonly SourceAsOf[];
  readonly currency: string;
  readonly gateways: readonly GatewayClearing[];
  readonly warnings: readonly DocumentsWarning[];
  readonly findings: readonly ClearingFinding[];
}
