import type { Calendar } from './calendar.ts';
import { decimal } from './decimal.ts';
import { timeOf } from './instants.ts';
import { localDays } from './local-day.ts';
import type { OdooDatabase, OdooOrder, OdooOrderLine, OdooPartner } from './odoo-model.ts';
import type { OdooInvoice } from './odoo-account-model.ts';
import { ODOO_CURRENCIES, taxId } from './odoo-book.ts';
import { InvoiceBook, invoiced, type InvoiceLineSketch, type InvoiceSketch } from './odoo-invoice-book.ts';
import type { OdooPartners } from './odoo-partners.ts';
import { Random } from './random.ts';
import { webPapers, type Mirrored, type PaperDefect } from './web-papers.ts';

export interface InvoicePlan {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly orders: readonly OdooOrder[];
  readonly orderLines: readonly OdooOrderLine[];
  readonly partners: OdooPartners;
  /** Each tenant's companies, the main one first. */
  readonly tenants: readonly (readonly number[])[];
  readonly counter: Pick<OdooDatabase, 'posOrders' | 'posLines'>;
  /** Copies of web orders. */
  readonly mirrored: readonly Mirrored[];
}

type Books = Pick<OdooDatabase, 'invoices' | 'invoiceLines'>;

/**
 * What the companies invoiced: boletas for people, facturas for businesses, a day or some days after the sale, some of them in the next month;
 * boletas replaced by facturas, credit notes of all kinds, orders invoiced in part, and documents that have no order.
 */
export function odooInvoices(plan: InvoicePlan): { readonly books: Books; readonly defects: readonly PaperDefect[] } {
  const book = new InvoiceBook();
  const day = localDays('America/Santiago');
  const linesOf = Map.groupBy(plan.orderLines, (line) => line.orderId);
  const byId = new Map(plan.partners.all.map((partner) => [partner.id, partner]));
  for (const order of plan.orders) {
    const lines = (linesOf.get(order.id) ?? []).filter((line) => line.displayType === null && line.priceTotal !== '0');
    if (ofShop(order) || lines.length === 0 || decimal(order.amountTotal) <= 0n) continue;
    const random = new Random(plan.seed, `invoices of ${order.id}`);
    const terms = termsOf(order, byId.get(order.partnerId), plan.calendar, day, random);
    invoiceOrder(book, order, lines.map(invoiced), terms, random);
  }
  const defects = webPapers({
    book,
    mirrored: plan.mirrored,
    orders: plan.orders,
    linesOf,
    byId,
    calendar: plan.calendar,
    day,
    seed: plan.seed,
  });
  for (const companies of plan.tenants) invoiceWithoutOrder(book, plan, companies, day);
  invoiceCounter(book, plan, day);
  return { books: { invoices: book.invoices, invoiceLines: book.lines }, defects };
}

type Terms = Omit<InvoiceSketch, 'kind' | 'code' | 'time' | 'day' | 'lines'> & {
  readonly business: boolean;
  /** Stamps of a document so many days later. */
  readonly at: (days: number) => Pick<InvoiceSketch, 'time' | 'day'>;
};

function termsOf(
  order: OdooOrder,
  partner: OdooPartner | undefined,
  calendar: Calendar,
  day: (time: number) => string,
  random: Random,
): Terms {
  const start = timeOf(order.dateOrder);
  const pesos = Object.values(ODOO_CURRENCIES).find(({ id }) => id === order.currencyId)?.pesos ?? 1;
  return {
    microseconds: random.int(0, 900_000),
    partnerId: order.partnerId,
    companyId: order.companyId,
    currencyId: order.currencyId,
    pesos: decimal(String(pesos)),
    business: partner?.isCompany === true,
    at(days) {
      const time = calendar.after(start, 20 + days * 1440);
      return { time, day: day(time) };
    },
  };
}

/** The story of one order's documents. Only in pesos do stories end with a credit note. */
function invoiceOrder(book: InvoiceBook, order: OdooOrder, lines: readonly InvoiceLineSketch[], terms: Terms, random: Random): void {
  const { business, at, ...rest } = terms;
  const code = business ? '33' : '39';
  const later = random.pick([0, 0, 1, 2, 6]);
  const paid = random.chance(0.8) ? 'paid' : 'not_paid';
  const issue = (more: Partial<InvoiceSketch> & { readonly days: number }): OdooInvoice => {
    const { days, ...sketch } = more;
    return book.issue({ kind: 'invoice', code, lines, paymentState: paid, ...rest, ...at(days), ...sketch });
  };
  const credit = (reverses: OdooInvoice, days: number, more: Partial<InvoiceSketch> = {}) =>
    issue({ kind: 'credit note', code: '61', reverses, reason: '1', days, ...more });
  const pesos = order.currencyId === ODOO_CURRENCIES.CLP.id;
  const at100 = random.next() * 100;

  if (order.state === 'cancel') {
    if (!pesos || at100 < 30) return;
    const first = issue({ days: later });
    if (at100 > 65) credit(first, later + 1);
    return;
  }
  if (order.state !== 'sale' && order.state !== 'done') return;
  if (order.invoiceStatus !== 'invoiced' && order.invoiceStatus !== 'upselling') {
    if (at100 < 15) issue({ days: later, state: 'draft' });
    else if (at100 < 30 && lines.length > 1 && decimalIsPositive(lines[0]!)) issue({ days: later, lines: lines.slice(0, 1) });
    else if (at100 < 35) issue({ days: later, state: 'cancel' });
    return;
  }
  const first = issue({ days: later, ...(pesos && at100 < 5 ? { code: '39' as const } : {}) });
  if (!pesos) return;
  if (at100 < 5) {
    credit(first, later + 1);
    issue({ days: later + 1, code: '33' });
  } else if (at100 < 10) credit(first, later + random.int(1, 9));
  else if (at100 < 15 && decimalIsPositive(lines[0]!) && lines.length > 1)
    credit(first, later + 4, { lines: lines.slice(0, 1), reason: '3' });
  else if (at100 < 17) credit(first, later + 1, { reason: '2', lines: [textCorrection(order.companyId)] });
  else if (at100 < 19) credit(first, later + 1, { state: 'draft' });
  else if (at100 < 21) credit(first, later + 2, { state: 'cancel' });
  else if (at100 < 23) {
    issue({
      kind: 'debit note',
      code: '56',
      debits: first,
      days: later + 3,
      lines: [service('Intereses', 1_190, order.companyId)],
      reason: '3',
    });
  }
}

/** Whether it names a web order: those have documents of their own (`web-papers.ts`). */
const ofShop = ({ shopifyOrderId, clientOrderRef, origin, name }: OdooOrder): boolean =>
  shopifyOrderId !== null || [clientOrderRef, origin, name].some((text) => text?.includes('#') === true);

const decimalIsPositive = (line: InvoiceLineSketch) => line.subtotal > 0n;

/** A note that corrects a text takes nothing back: one line without a price says what should have been written. */
function textCorrection(companyId: number): InvoiceLineSketch {
  return { ...service('Dice: giro anterior, debe decir: giro actual', 0, companyId), taxIds: [] };
}

/** A service of a price with IVA in pesos; to the peso. */
function service(name: string, gross: number, companyId: number): InvoiceLineSketch {
  const untaxed = Math.round(gross / 1.19);
  return {
    name,
    productId: null,
    quantity: 1,
    priceUnit: String(untaxed),
    discount: '0',
    subtotal: decimal(String(untaxed)),
    tax: decimal(String(gross - untaxed)),
    taxIds: [taxId('iva', companyId)],
    saleLineId: null,
  };
}

/** Subscriptions and services that were invoiced without an order, and what became of some of them. */
function invoiceWithoutOrder(book: InvoiceBook, plan: InvoicePlan, companies: readonly number[], day: (time: number) => string): void {
  const [companyId = 1, sister] = companies;
  const { calendar, partners, seed } = plan;
  const random = new Random(seed, `invoices without order of ${companyId}`);
  const count = Math.max(6, Math.round(plan.orders.length / 60));
  for (let index = 0; index < count; index++) {
    const partner = random.pick(partners.customersOf.get(companyId)!);
    const start = calendar.at(1 + Math.floor(((count - index) / (count + 1)) * 100), random.int(8 * 60, 20 * 60));
    const issue = (sketch: Partial<InvoiceSketch> & { readonly days?: number }): OdooInvoice => {
      const { days = 0, ...more } = sketch;
      const time = calendar.after(start, days * 1440);
      return book.issue({
        kind: 'invoice',
        code: partner.isCompany ? '33' : '39',
        paymentState: 'paid',
        time,
        day: day(time),
        microseconds: random.int(0, 900_000),
        partnerId: partner.id,
        companyId,
        currencyId: ODOO_CURRENCIES.CLP.id,
        pesos: decimal('1'),
        lines: [
          service('Mantención mensual', random.int(10, 400) * 1190, companyId),
          service('Visita técnica', random.int(5, 40) * 1190, companyId),
        ],
        ...more,
      });
    };
    const first = issue(index === 1 && sister !== undefined ? { partnerId: partners.ofCompany.get(sister)!.id } : {});
    if (index === 2) issue({ kind: 'credit note', code: '61', reverses: first, reason: '1', days: 3, lines: takenOver(book, first) });
    if (index === 3) issue({ kind: 'credit note', code: '61', days: 1, lines: [service('Bonificación', 11_900, companyId)] });
    if (index === 4) issue({ days: 2, state: 'draft' });
  }
}

/** What a document states, as a note that reverses it takes it over. */
function takenOver(book: InvoiceBook, invoice: OdooInvoice): InvoiceLineSketch[] {
  return book.lines
    .filter((line) => line.moveId === invoice.id && line.displayType === 'product')
    .map((line) => ({
      ...line,
      subtotal: decimal(line.priceSubtotal),
      tax: decimal(line.priceTotal) - decimal(line.priceSubtotal),
      saleLineId: line.saleLineIds[0] ?? null,
    }));
}

/** Facturas that customers asked for at the counter. */
function invoiceCounter(book: InvoiceBook, { counter, calendar }: InvoicePlan, day: (time: number) => string): void {
  for (const order of counter.posOrders.filter(({ state }) => state === 'invoiced')) {
    const time = calendar.after(timeOf(order.dateOrder), 1);
    const lines = counter.posLines.filter(({ orderId }) => orderId === order.id);
    book.issue({
      kind: 'invoice',
      code: '33',
      paymentState: 'paid',
      time,
      day: day(time),
      microseconds: 3,
      partnerId: order.partnerId ?? 1,
      companyId: order.companyId,
      currencyId: order.currencyId,
      pesos: decimal('1'),
      posOrderId: order.id,
      lines: lines.map((line) => ({
        ...line,
        subtotal: decimal(line.priceSubtotal),
        tax: decimal(line.priceSubtotalIncl) - decimal(line.priceSubtotal),
        taxIds: [taxId('iva', order.companyId)],
        saleLineId: null,
      })),
    });
  }
}
