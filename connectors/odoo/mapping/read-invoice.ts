import type { DraftFields } from '#contract';
import { z } from 'zod';
import type { Currency } from '../companies.ts';
import { char, date, datetime, many2many, many2one, maybe, number, recordId } from '../raw-values.ts';
import type { StatedLine } from './invoice-line.ts';
import type { KindRow, LineProduct, Loyalty } from './order-line.ts';
import { readRecord } from './read-record.ts';
import type { Taxes } from './tax.ts';
import type { Units } from './unit.ts';

const schema = z.object({
  id: recordId,
  name: maybe(char),
  move_type: char,
  state: char,
  payment_state: maybe(char),
  invoice_date: maybe(date),
  partner_id: maybe(many2one),
  company_id: maybe(many2one),
  currency_id: many2one,
  amount_untaxed: number,
  amount_tax: number,
  amount_total: number,
  amount_total_signed: maybe(number),
  reversed_entry_id: maybe(many2one),
  debit_origin_id: maybe(many2one),
  pos_order_ids: maybe(many2many),
  website_id: maybe(many2one),
  team_id: maybe(many2one),
  l10n_latam_document_type_id: maybe(many2one),
  l10n_latam_document_number: maybe(char),
  l10n_cl_dte_status: maybe(char),
  create_date: maybe(datetime),
  write_date: datetime,
});
export type InvoiceRow = z.output<typeof schema>;

export const INVOICE_REQUIRED = [
  'move_type',
  'state',
  'invoice_date',
  'currency_id',
  'amount_untaxed',
  'amount_tax',
  'amount_total',
  'write_date',
];
export const INVOICE_FIELDS = Object.keys(schema.shape);

export interface Reference {
  readonly type: string | null;
  readonly folio: string | null;
  /** 1 annuls, 2 corrects text, 3 corrects an amount. */
  readonly reason: string | null;
}

/** What of a line of an order decides what a document's line for it is. */
export interface SaleLine extends Omit<KindRow, 'display_type' | 'product_id' | 'product_uom_qty'> {
  readonly unit: number | null;
}

/** What is known beside the invoices of a page. */
export interface InvoiceFacts {
  readonly currencies: ReadonlyMap<number, Currency>;
  /** Company → its currency. */
  readonly companyCurrency: ReadonlyMap<number, number>;
  readonly companyPartners: ReadonlySet<number>;
  /** Document type → code of the SII. */
  readonly documentTypes: ReadonlyMap<number, string>;
  readonly taxes: Taxes;
  readonly units: Units;
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly loyalty: Loyalty;
  /** SKUs, in upper case, of products that are tips. */
  readonly tips: ReadonlySet<string>;
  /** Names of sales teams by id. */
  readonly teams: ReadonlyMap<number, string>;
  /** Sale order line → its order. */
  readonly saleOrders: ReadonlyMap<number, number>;
  /** Sale order line → what it says of itself. */
  readonly saleLines: ReadonlyMap<number, SaleLine>;
  /** Invoice that a credit note reverses → source id of the one sale it was of; null: of several, or of a counter. */
  readonly origins: ReadonlyMap<number, string | null>;
  readonly references: ReadonlyMap<number, Reference>;
  /** Partner → RUT, of companies only. */
  readonly companyRuts: ReadonlyMap<number, string>;
}

/** One document as everything else is made of it. */
export interface ReadInvoice {
  readonly row: InvoiceRow;
  readonly kind: DraftFields<'invoice'>['kind'];
  readonly state: DraftFields<'invoice'>['state'];
  readonly currency: Currency;
  readonly lines: readonly StatedLine[];
  readonly reference: Reference | null;
  readonly intercompany: boolean;
  /** Source id of the sale of a line, if it is of one. */
  readonly orderOf: (line: StatedLine) => string | null;
}

export function readInvoice(raw: unknown) {
  return readRecord(schema, raw, 'invoice', INVOICE_FIELDS);
}

export const idText = (id: number | null) => (id === null ? null : String(id));

export const stampsOf = (row: { readonly create_date: string | null; readonly write_date: string | null }) => ({
  sourceCreatedAt: row.create_date,
  sourceUpdatedAt: row.write_date,
});

/** The sale that an invoice is by itself. */
export const saleOf = (invoiceId: number) => `invoice:${invoiceId}`;
/** The line of such a sale. */
export const saleLineOf = (lineId: number) => `invoice-line:${lineId}`;
