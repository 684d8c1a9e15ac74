import type { Calendar } from './calendar.ts';
import { decimal } from './decimal.ts';
import type { DefectClass } from './defect-kinds.ts';
import { timeOf } from './instants.ts';
import type { OdooOrder, OdooOrderLine, OdooPartner } from './odoo-model.ts';
import type { OdooInvoice } from './odoo-account-model.ts';
import { ODOO_CURRENCIES, taxId, type Entry } from './odoo-book.ts';
import { invoiced, type InvoiceBook, type InvoiceLineSketch, type InvoiceSketch } from './odoo-invoice-book.ts';
import { Random } from './random.ts';
import { IVA, taxOf } from './tax.ts';
import type { WebSale } from './web-orders.ts';
import { refundValue } from './web-refunds.ts';

/** How the documents of a web order's copy differ from honest ones. */
export type PaperTwist =
  | 'draft'
  | 'first line alone'
  | 'replaced'
  | 'boleta'
  | 'rejected'
  | 'folio of another'
  | 'not paid'
  | 'kept'
  | 'no credit note'
  | 'credit note of less'
  | 'credit note for nothing';

/** The ERP's copy of a web order, once it is booked. */
export interface Mirrored {
  readonly entry: Entry;
  readonly sale: WebSale;
  readonly twist: PaperTwist | null;
  /** Class of the difference that was put into copy or documents. */
  readonly defect: DefectClass | null;
}

export interface PaperDefect {
  readonly class: DefectClass;
  readonly webOrderId: number;
  readonly odooOrderId: number;
}

export interface PapersPlan {
  readonly seed: number;
  readonly book: InvoiceBook;
  readonly mirrored: readonly Mirrored[];
  readonly orders: readonly OdooOrder[];
  readonly linesOf: ReadonlyMap<number, readonly OdooOrderLine[]>;
  readonly byId: ReadonlyMap<number, OdooPartner>;
  readonly calendar: Calendar;
  readonly day: (time: number) => string;
}

/**
 * The documents of web orders: what was delivered is invoiced within a week and paid, by a boleta, or a factura to a business; what was given
 * back is credited the same day. And the seeded differences, which are returned where they came to be.
 */
export function webPapers(plan: PapersPlan): PaperDefect[] {
  const { calendar } = plan;
  const orders = new Map(plan.orders.map((order) => [order.id, order]));
  const defects: PaperDefect[] = [];
  /** The last boleta that nothing else was done to. */
  let ordinary: { readonly invoice: OdooInvoice; readonly mirror: Mirrored } | null = null;
  for (const mirror of plan.mirrored) {
    const { sale, twist, entry } = mirror;
    const order = orders.get(entry.id)!;
    const random = new Random(plan.seed, `papers of ${sale.order.id}`);
    const lines = (plan.linesOf.get(order.id) ?? []).filter(({ displayType, priceTotal }) => displayType === null && priceTotal !== '0');
    const later = random.pick([0, 0, 1, 2, 6]);
    const issues = order.invoiceStatus === 'invoiced' || twist === 'draft' || twist === 'first line alone' || twist === 'kept';
    if (!issues || lines.length === 0 || decimal(order.amountTotal) <= 0n) continue;
    const note = (name: DefectClass, of: Mirrored = mirror): void =>
      void defects.push({ class: name, webOrderId: of.sale.order.id, odooOrderId: of.entry.id });
    const business = plan.byId.get(order.partnerId)?.isCompany === true;
    const stamp = (time: number): Pick<InvoiceSketch, 'time' | 'day'> => ({ time, day: plan.day(time) });
    const issue = (more: Partial<InvoiceSketch>): OdooInvoice =>
      plan.book.issue({
        kind: 'invoice',
        code: business ? '33' : '39',
        paymentState: twist === 'not paid' ? 'not_paid' : 'paid',
        microseconds: random.int(0, 900_000),
        partnerId: order.partnerId,
        companyId: order.companyId,
        currencyId: order.currencyId,
        pesos: decimal(String(Object.values(ODOO_CURRENCIES).find(({ id }) => id === order.currencyId)?.pesos ?? 1)),
        lines: lines.map(invoiced),
        ...stamp(calendar.after(timeOf(order.dateOrder), 20 + later * 1440)),
        ...more,
      });
    const credit = (reverses: OdooInvoice, gross: number, time: number): OdooInvoice =>
      issue({ kind: 'credit note', code: '61', reverses, reason: '3', lines: [back(gross, order, lines[0]!)], ...stamp(time) });
    const soon = calendar.after(timeOf(order.dateOrder), 60 + (later + 1) * 1440);

    const first = issue(firstPaper(twist, lines, ordinary?.invoice ?? null));
    if (twist === 'replaced') {
      issue({ kind: 'credit note', code: '61', reverses: first, reason: '1', ...stamp(soon) });
      issue({ code: '33', ...stamp(soon) });
    }
    if (twist === 'credit note for nothing') credit(first, Math.max(1000, random.int(10, 40) * 100), soon);
    if (twist === 'folio of another') {
      if (ordinary !== null) {
        note('folio_duplicate');
        note('folio_duplicate', ordinary.mirror);
      }
      ordinary = null;
    } else if (twist !== null) note(mirror.defect!);
    else if (mirror.defect === null && !business && sale.order.refunds.length === 0) ordinary = { invoice: first, mirror };
    if (sale.scenario === 'wholesale') note('buyer_rut_required');
    if (twist === 'no credit note') continue;
    for (const refund of sale.order.refunds) {
      const less = twist === 'credit note of less' ? 100 : 0;
      credit(first, refundValue(refund, true) - less, timeOf(refund.processedAt));
    }
  }
  return defects;
}

function firstPaper(twist: PaperTwist | null, lines: readonly OdooOrderLine[], other: OdooInvoice | null): Partial<InvoiceSketch> {
  switch (twist) {
    case 'draft':
      return { state: 'draft' };
    case 'first line alone':
      return { lines: lines.slice(0, 1).map(invoiced) };
    case 'replaced':
      return { code: '39', paymentState: 'reversed' };
    case 'boleta':
      return { code: '39' };
    case 'rejected':
      return { sii: 'rejected' };
    case 'folio of another':
      return other?.folio == null ? {} : { folio: other.folio };
    default:
      return {};
  }
}

/** What is given back, as one line with IVA. */
function back(gross: number, order: OdooOrder, of: OdooOrderLine): InvoiceLineSketch {
  const tax = taxOf(gross, IVA, true);
  return {
    name: 'Devolución',
    productId: of.productId,
    quantity: 1,
    priceUnit: String(gross - tax),
    discount: '0',
    subtotal: decimal(String(gross - tax)),
    tax: decimal(String(tax)),
    taxIds: [taxId('iva', order.companyId)],
    saleLineId: of.id,
  };
}
