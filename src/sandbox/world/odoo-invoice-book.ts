import { decimal, decimalText, type Decimal } from './decimal.ts';
import { stampOf } from './instants.ts';
import { taxId } from './odoo-book.ts';
import type { OdooOrderLine } from './odoo-model.ts';
import type { OdooInvoice, OdooInvoiceLine } from './odoo-account-model.ts';

/** What is sold or credited by one line, before it has an id. */
export interface InvoiceLineSketch {
  readonly name: string;
  readonly productId: number | null;
  readonly quantity: number;
  readonly priceUnit: string;
  readonly discount: string;
  readonly subtotal: Decimal;
  readonly tax: Decimal;
  readonly taxIds: readonly number[];
  /** Sale order line that it invoices. */
  readonly saleLineId: number | null;
}

export interface InvoiceSketch {
  readonly kind: 'invoice' | 'credit note' | 'debit note';
  readonly code: OdooInvoice['documentCode'];
  readonly state?: OdooInvoice['state'];
  readonly paymentState?: OdooInvoice['paymentState'];
  /** Epoch milliseconds. */
  readonly time: number;
  /** Local date of the document. */
  readonly day: string;
  readonly microseconds: number;
  readonly partnerId: number;
  readonly companyId: number;
  readonly currencyId: number;
  /** Pesos per unit of the currency. */
  readonly pesos: Decimal;
  readonly lines: readonly InvoiceLineSketch[];
  readonly reverses?: OdooInvoice;
  readonly debits?: OdooInvoice;
  readonly posOrderId?: number;
  readonly reason?: OdooInvoice['referenceCode'];
  /** What the SII says of it; accepted unless said otherwise. */
  readonly sii?: OdooInvoice['siiState'];
  /** Issued by mistake under this folio, which was used before. */
  readonly folio?: number;
}

const ONE = decimal('1');
const NAMES: Record<InvoiceSketch['code'], string> = { '33': 'FAC', '34': 'FNA', '39': 'BEL', '41': 'BNA', '56': 'N/D', '61': 'N/C' };

/** The books of a database: numbers documents, gives each company its folios per type, and writes the lines of taxes and debts beside them. */
export class InvoiceBook {
  readonly invoices: OdooInvoice[] = [];
  readonly lines: OdooInvoiceLine[] = [];
  readonly #folios = new Map<string, number>();
  #lineId = 300;

  issue(sketch: InvoiceSketch): OdooInvoice {
    const sum = (of: (line: InvoiceLineSketch) => Decimal) => sketch.lines.reduce((all, line) => all + of(line), 0n);
    const untaxed = sum((line) => line.subtotal);
    const tax = sum((line) => line.tax);
    const state = sketch.state ?? 'posted';
    const credit = sketch.kind === 'credit note';
    const folio = state === 'draft' ? null : (sketch.folio ?? this.#folio(`${sketch.companyId} ${sketch.code}`));
    const stamps = { createDate: stampOf(sketch.time, sketch.microseconds), writeDate: stampOf(sketch.time, sketch.microseconds + 4242) };
    const inPesos = ((untaxed + tax) * sketch.pesos) / ONE;
    const rounded = ((inPesos + ONE / 2n) / ONE) * ONE;
    const invoice: OdooInvoice = {
      id: 100 + this.invoices.length,
      name: folio === null ? '/' : `${NAMES[sketch.code]} ${String(folio).padStart(6, '0')}`,
      moveType: credit ? 'out_refund' : 'out_invoice',
      state,
      paymentState: sketch.paymentState ?? 'not_paid',
      invoiceDate: state === 'draft' ? null : sketch.day,
      partnerId: sketch.partnerId,
      companyId: sketch.companyId,
      currencyId: sketch.currencyId,
      amountUntaxed: decimalText(untaxed),
      amountTax: decimalText(tax),
      amountTotal: decimalText(untaxed + tax),
      amountTotalSigned: decimalText(credit ? -rounded : rounded),
      reversedEntryId: sketch.reverses?.id ?? null,
      debitOriginId: sketch.debits?.id ?? null,
      posOrderId: sketch.posOrderId ?? null,
      documentCode: sketch.code,
      folio,
      referenceCode: sketch.reason ?? null,
      siiState: state === 'posted' ? (sketch.sii ?? 'accepted') : null,
      ...stamps,
    };
    this.invoices.push(invoice);
    const sign = credit ? 1n : -1n;
    const add = (line: Partial<OdooInvoiceLine> & Pick<OdooInvoiceLine, 'displayType' | 'amountCurrency'>) => {
      this.#lineId += 1;
      this.lines.push({ ...EMPTY, id: this.#lineId, moveId: invoice.id, companyId: sketch.companyId, ...stamps, ...line });
    };
    let ila = 0n;
    for (const line of sketch.lines) {
      if (line.taxIds.includes(taxId('ila', sketch.companyId))) ila += wineTax(line);
      add({
        displayType: 'product',
        name: line.name,
        productId: line.productId,
        quantity: line.quantity,
        priceUnit: line.priceUnit,
        discount: line.discount,
        priceSubtotal: decimalText(line.subtotal),
        priceTotal: decimalText(line.subtotal + line.tax),
        amountCurrency: decimalText(sign * line.subtotal),
        taxIds: [...line.taxIds],
        saleLineIds: line.saleLineId === null ? [] : [line.saleLineId],
      });
    }
    const taxLine = (name: string, taxLineId: number, amount: Decimal) => {
      if (amount !== 0n) add({ displayType: 'tax', name, taxLineId, amountCurrency: decimalText(sign * amount) });
    };
    taxLine('IVA 19% Venta', taxId('iva', sketch.companyId), tax - ila);
    taxLine('ILA 20,5% Vinos', taxId('ila', sketch.companyId), ila);
    add({ displayType: 'payment_term', name: invoice.name, amountCurrency: decimalText(-sign * (untaxed + tax)) });
    return invoice;
  }

  #folio(series: string): number {
    const next = (this.#folios.get(series) ?? 1000) + 1;
    this.#folios.set(series, next);
    return next;
  }
}

/** Of the tax of a wine (IVA 19 % and ILA 20,5 %) the part that is ILA, to the peso. */
function wineTax(line: InvoiceLineSketch): Decimal {
  const iva = (line.subtotal * 19n) / 100n;
  return line.tax - ((iva + ONE / 2n) / ONE) * ONE;
}

const EMPTY = {
  name: '',
  productId: null,
  quantity: 0,
  priceUnit: '0',
  discount: '0',
  priceSubtotal: '0',
  priceTotal: '0',
  taxIds: [],
  taxLineId: null,
  saleLineIds: [],
};

/** A sale order line as an invoice takes it over. */
export function invoiced(line: OdooOrderLine): InvoiceLineSketch {
  return {
    name: line.name,
    productId: line.productId,
    quantity: line.quantity,
    priceUnit: line.priceUnit,
    discount: line.discount,
    subtotal: decimal(line.priceSubtotal),
    tax: decimal(line.priceTax),
    taxIds: line.taxIds,
    saleLineId: line.id,
  };
}
