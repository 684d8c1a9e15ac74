/**
 * Why posted documents and sales less what was given back differ, in the order in which they are shown. A peso is in exactly one line;
 * `sql/documents-bridge.sql` says how each is decided.
 */
export const DOCUMENT_LINES = [
  'not_invoiced',
  'sold_before',
  'refunded_before_invoice',
  'invoiced_ahead',
  'document_replaced',
  'refund_without_credit_note',
  'credit_note_of_earlier_refund',
  'credit_note_without_refund',
  'without_order',
  'intercompany',
  'gift_card',
  'amount',
  'fx',
  'rounding',
] as const;

export type DocumentLine = (typeof DOCUMENT_LINES)[number];

export interface DocumentLineTotal {
  readonly line: DocumentLine;
  readonly findings: number;
  /** What it adds to the documents, in the tenant's currency. */
  readonly amount: string;
}

/** What one sale, or one document without a sale, adds to one line. */
export interface DocumentFinding {
  readonly line: DocumentLine;
  readonly amount: string;
  /** The sale: null where the documents belong to none that counts. */
  readonly orderId: string | null;
  readonly order: string | null;
  /** Local day of the sale. */
  readonly day: string | null;
  readonly orderAmount: string | null;
  /** All its posted documents, those of other months too. */
  readonly documents: readonly { readonly name: string; readonly day: string }[];
}

/** Posted documents of one type and company in the month; amounts in the tenant's currency, below zero for credit notes. */
export interface DocumentTypeTotal {
  /** Source id of the issuing company, where the source has several. */
  readonly company: string | null;
  /** Code of the SII, or null. */
  readonly type: string | null;
  readonly kind: 'invoice' | 'debit_note' | 'credit_note';
  readonly documents: number;
  readonly firstFolio: string | null;
  readonly lastFolio: string | null;
  readonly missingFolios: number | null;
  readonly duplicateFolios: number;
  readonly net: string;
  readonly exempt: string;
  readonly iva: string;
  readonly otherTaxes: string;
  /** Total of documents whose taxes cannot be told apart: not in the four before. */
  readonly unsplit: string;
  readonly total: string;
}

export interface DocumentsWarning {
  readonly code: 'paused' | 'loading' | 'stale' | 'starts_later' | 'held' | 'failing' | 'backfilling' | 'without_rate' | 'issued_elsewhere';
  readonly source: string | null;
  readonly stream: string | null;
  readonly connection: string | null;
  readonly message: string;
}

/** Until when a stream's data are complete, UTC; null while it has not been read whole. */
export interface SourceAsOf {
  readonly source: string;
  readonly stream: string;
  readonly connection: string;
  readonly asOf: string | null;
}

/**
 * The bridge from the sales of a month to its documents, made from the warehouse as it is now: `salesAmount` − `refundsAmount` + the lines'
 * amounts + `remainder` = `documentsAmount`. Money is decimal text in `currency`.
 */
export interface DocumentsBridge {
  readonly tenantId: string;
  /** `2026-11`, in the tenant's days. */
  readonly month: string;
  /** UTC. */
  readonly madeAt: string;
  readonly sources: readonly SourceAsOf[];
  readonly currency: string;
  readonly sales: number;
  readonly salesAmount: string;
  readonly refunds: number;
  readonly refundsAmount: string;
  readonly documents: number;
  /** Invoices and debit notes less credit notes. */
  readonly documentsAmount: string;
  /** Of the sales, what documents of the same month say; of what was given back, what credit notes of the same month say. */
  readonly invoicedAmount: string;
  readonly creditedAmount: string;
  /** Only lines with an amount. */
  readonly lines: readonly DocumentLineTotal[];
  /** '0', or the comparison itself is wrong. */
  readonly remainder: string;
  readonly types: readonly DocumentTypeTotal[];
  readonly warnings: readonly DocumentsWarning[];
  /** The largest of each line first; `lines` counts them all. */
  readonly findings: readonly DocumentFinding[];
}
