import type { OdooStamp } from './odoo-model.ts';

/** What was issued, besides orders. */
export interface OdooBooks {
  readonly invoices: OdooInvoice[];
  readonly invoiceLines: OdooInvoiceLine[];
  readonly posOrders: OdooPosOrder[];
  readonly posLines: OdooPosLine[];
  readonly journals: OdooJournal[];
  readonly payments: OdooPayment[];
  readonly partials: OdooPartial[];
}

/** A bank, a till, or what a gateway owes. */
export interface OdooJournal {
  readonly id: number;
  readonly name: string;
  readonly code: string;
  readonly companyId: number;
}

/** A payment; `moveId` is its entry in the books. */
export interface OdooPayment {
  readonly id: number;
  readonly name: string;
  readonly paymentType: 'inbound' | 'outbound';
  readonly partnerType: 'customer' | 'supplier';
  state: 'draft' | 'in_process' | 'paid' | 'canceled';
  /** `YYYY-MM-DD`, a plain date. */
  readonly date: string;
  readonly amount: string;
  readonly currencyId: number;
  readonly companyId: number;
  readonly journalId: number;
  readonly partnerId: number;
  readonly memo: string;
  readonly moveId: number;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

/** Which part of one line of the books settles another; in the company's currency. */
export interface OdooPartial {
  readonly id: number;
  readonly debitMoveId: number;
  readonly creditMoveId: number;
  readonly amount: string;
  readonly companyId: number;
  readonly maxDate: string;
  readonly createDate: OdooStamp;
  readonly writeDate: OdooStamp;
}

/** An invoice or credit note; amounts are positive in both, as decimal strings in its currency. */
export interface OdooInvoice {
  readonly id: number;
  name: string;
  readonly moveType: 'out_invoice' | 'out_refund' | 'in_invoice';
  state: 'draft' | 'posted' | 'cancel';
  paymentState: 'not_paid' | 'in_payment' | 'paid' | 'partial' | 'reversed';
  /** `YYYY-MM-DD`, a plain date; null on drafts. */
  invoiceDate: string | null;
  readonly partnerId: number;
  readonly companyId: number;
  readonly currencyId: number;
  readonly amountUntaxed: string;
  readonly amountTax: string;
  readonly amountTotal: string;
  /** In the company's currency, below zero on credit notes. */
  readonly amountTotalSigned: string;
  readonly reversedEntryId: number | null;
  readonly debitOriginId: number | null;
  /** Order of the counter that it invoices. */
  readonly posOrderId: number | null;
  /** SII code of its document type. */
  readonly documentCode: '33' | '34' | '39' | '41' | '56' | '61';
  readonly folio: number | null;
  /** Why it cites the document it reverses: 1 annuls, 2 corrects text, 3 corrects an amount. */
  readonly referenceCode: '1' | '2' | '3' | null;
  /** State at the tax authority, of posted documents. */
  readonly siiState: 'accepted' | 'rejected' | 'not_sent' | null;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooInvoiceLine {
  readonly id: number;
  readonly moveId: number;
  readonly companyId: number;
  /** Besides what is sold, the books hold a line for each tax and one for what is owed. */
  readonly displayType: 'product' | 'tax' | 'payment_term';
  readonly name: string;
  readonly productId: number | null;
  readonly quantity: number;
  readonly priceUnit: string;
  readonly discount: string;
  readonly priceSubtotal: string;
  readonly priceTotal: string;
  /** Credits are below zero: what an invoice sells, and its taxes. */
  readonly amountCurrency: string;
  readonly taxIds: number[];
  readonly taxLineId: number | null;
  readonly saleLineIds: number[];
  /** The payment whose entry it is of. */
  readonly paymentId?: number;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

/** A sale at the counter; decimal strings in the company's currency, with tax unless said otherwise. */
export interface OdooPosOrder {
  readonly id: number;
  readonly name: string;
  state: 'draft' | 'cancel' | 'paid' | 'done' | 'invoiced';
  /** Naive UTC, whole seconds. */
  readonly dateOrder: string;
  readonly partnerId: number | null;
  readonly companyId: number;
  readonly currencyId: number;
  readonly amountTotal: string;
  readonly amountTax: string;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooPosLine {
  readonly id: number;
  readonly orderId: number;
  readonly companyId: number;
  readonly productId: number;
  readonly name: string;
  /** Below zero where it is given back. */
  readonly quantity: number;
  readonly priceUnit: string;
  readonly discount: string;
  readonly priceSubtotal: string;
  readonly priceSubtotalIncl: string;
  /** Sale order that it settles. */
  readonly saleOrderId: number | null;
  /** Line of an earlier order that it gives back. */
  readonly refundedLineId: number | null;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}
