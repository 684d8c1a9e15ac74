import type { Draft } from '#contract';
import { mapInvoices } from '../../connectors/odoo/streams/invoices.ts';

/** What of a document a test is about; the rest is that of an ordinary boleta in pesos. */
export interface Document {
  readonly id: number;
  readonly type?: 'out_invoice' | 'out_refund';
  readonly state?: 'draft' | 'posted' | 'cancel';
  readonly date?: string;
  readonly code?: '33' | '39' | '56' | '61';
  /** Lines: gross amount with IVA in pesos, and the sale order line each invoices (its order is the number before the last two digits). */
  readonly lines: readonly { readonly gross: number; readonly saleLine?: number; readonly quantity?: number }[];
  readonly reverses?: number;
  readonly debits?: number;
  readonly reason?: '1' | '2' | '3';
  readonly counterOrders?: readonly number[];
  readonly partner?: number;
  /** Currency and the worth of one unit in pesos. */
  readonly inCurrency?: readonly [id: number, pesos: number];
  readonly writtenAt?: string;
}

const CODES = { '33': 1, '39': 2, '56': 3, '61': 4 } as const;
/** Partner 3 is a company of the tenant. */
export const SISTER = 3;
/** Order 21 has the lines 2101, 2102, … */
export const orderOfLine = (line: number) => Math.floor(line / 100);

/** Documents as the connector's own mapping makes them of what Odoo answers. Documents that one reverses must be among `all`. */
export function invoiceDrafts(documents: readonly Document[], all: readonly Document[] = documents): Draft[] {
  const saleLines = all.flatMap(({ lines }) => lines.flatMap(({ saleLine }) => saleLine ?? []));
  const mapped = mapInvoices(documents.map(rawInvoice), documents.flatMap(rawLines), {
    currencies: new Map([
      [45, { code: 'CLP', places: 0 }],
      [1, { code: 'USD', places: 2 }],
      [171, { code: 'CLF', places: 2 }],
    ]),
    companyCurrency: new Map([[1, 45]]),
    companyPartners: new Set([SISTER]),
    documentTypes: new Map(Object.entries(CODES).map(([code, id]) => [id, code])),
    taxes: new Map([[7, { iva: true, percent: 19, included: false, group: [] }]]),
    units: new Map(),
    products: new Map(),
    loyalty: { rewards: new Map(), giftCardProducts: new Set() },
    tips: new Set(),
    teams: new Map(),
    saleLines: new Map(),
    saleOrders: new Map(saleLines.map((line) => [line, orderOfLine(line)])),
    origins: new Map(all.map((document) => [document.id, originOf(document)])),
    references: new Map(all.flatMap(({ id, reason }) => (reason === undefined ? [] : [[id, { type: '39', folio: '7', reason }] as const]))),
    companyRuts: new Map([[9, '76042235-5']]),
  });
  if (mapped.rejects.length > 0) throw new Error(JSON.stringify(mapped.rejects));
  return [...mapped.drafts];
}

/** The one sale an invoice is of, as Odoo's own links tell it. */
function originOf({ id, lines, counterOrders = [] }: Document): string | null {
  const orders = [...new Set(lines.flatMap(({ saleLine }) => (saleLine === undefined ? [] : [orderOfLine(saleLine)])))];
  if (orders.length === 1) return String(orders[0]);
  return orders.length === 0 && counterOrders.length === 0 ? `invoice:${id}` : null;
}

/** Neto and IVA of a gross amount, to the peso; in UF to the hundredth. */
function parts(
  gross: number,
  { inCurrency: [id] = [45, 1] }: Pick<Document, 'inCurrency'>,
): { readonly untaxed: number; readonly tax: number } {
  const unit = id === 171 ? 100 : 1;
  const untaxed = Math.round((gross / 1.19) * unit);
  return { untaxed: untaxed / unit, tax: Math.round(gross * unit - untaxed) / unit };
}

function rawInvoice(document: Document): unknown {
  const { id, lines, type = 'out_invoice', inCurrency = [45, 1] } = document;
  const gross = lines.reduce((sum, line) => sum + line.gross, 0);
  const untaxed = lines.reduce((sum, line) => sum + parts(line.gross, document).untaxed, 0);
  return {
    id,
    name: `DOC ${id}`,
    move_type: type,
    state: document.state ?? 'posted',
    payment_state: 'paid',
    invoice_date: document.date ?? '2026-11-28',
    partner_id: document.partner ?? 9,
    company_id: 1,
    currency_id: inCurrency[0],
    amount_untaxed: untaxed,
    amount_tax: Math.round((gross - untaxed) * 100) / 100,
    amount_total: gross,
    amount_total_signed: gross * inCurrency[1] * (type === 'out_refund' ? -1 : 1),
    reversed_entry_id: document.reverses ?? false,
    debit_origin_id: document.debits ?? false,
    pos_order_ids: document.counterOrders ?? [],
    l10n_latam_document_type_id: CODES[document.code ?? (type === 'out_refund' ? '61' : '39')],
    l10n_latam_document_number: `000${id}`,
    create_date: '2026-11-28 12:00:00',
    write_date: document.writtenAt ?? '2026-11-28 12:00:00',
  };
}

function rawLines(document: Document): unknown[] {
  const sign = document.type === 'out_refund' ? 1 : -1;
  const stamps = { create_date: '2026-11-28 12:00:00', write_date: document.writtenAt ?? '2026-11-28 12:00:00', move_id: document.id };
  const lines = document.lines.map((line, i) => ({
    ...stamps,
    id: document.id * 100 + i,
    display_type: 'product',
    name: 'Servicio',
    product_id: 30,
    quantity: line.quantity ?? 1,
    price_unit: parts(line.gross, document).untaxed,
    discount: 0,
    price_subtotal: parts(line.gross, document).untaxed,
    price_total: line.gross,
    tax_ids: [7],
    tax_line_id: false,
    sale_line_ids: line.saleLine === undefined ? [] : [line.saleLine],
  }));
  const tax = document.lines.reduce((sum, line) => sum + parts(line.gross, document).tax, 0);
  const taxLine = {
    ...lines[0],
    id: document.id * 100 + 99,
    display_type: 'tax',
    product_id: false,
    quantity: 0,
    price_subtotal: 0,
    price_total: 0,
  };
  return [...lines, { ...taxLine, tax_ids: [], tax_line_id: 7, amount_currency: sign * tax, sale_line_ids: [] }];
}
