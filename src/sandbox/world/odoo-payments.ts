import type { Calendar } from './calendar.ts';
import { decimal, decimalText, portion, type Decimal } from './decimal.ts';
import { stampOf, timeOf } from './instants.ts';
import { localDays } from './local-day.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { ShopOrder } from './shop-model.ts';
import type { OdooInvoice, OdooInvoiceLine, OdooJournal, OdooPartial, OdooPayment } from './odoo-account-model.ts';
import { ODOO_CURRENCIES } from './odoo-book.ts';
import { Random } from './random.ts';

export interface PaymentsPlan {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly books: Pick<OdooDatabase, 'invoices' | 'invoiceLines' | 'orders' | 'orderLines'>;
  readonly companies: readonly number[];
  /** Orders of the web shop, for the gateway each was paid by. */
  readonly web: readonly ShopOrder[];
}

type Paid = Pick<OdooDatabase, 'journals' | 'payments' | 'partials'> & {
  /** Lines of the customers' account that the payments' entries have. */
  readonly lines: OdooInvoiceLine[];
};

/** Payment entries are numbered far from invoices and lines: they share their tables. */
const FIRST_ENTRY = 5_000_000;
const JOURNALS = ['Banco Estado', 'Webpay', 'Mercado Pago', 'Flow', 'Efectivo'] as const;
type Journal = (typeof JOURNALS)[number];
const GATEWAYS: Readonly<Record<string, Journal>> = {
  webpay: 'Webpay',
  mercado_pago: 'Mercado Pago',
  flow: 'Flow',
  bank_deposit: 'Banco Estado',
};

/**
 * The payments behind what is paid in pesos: web orders by the journal of their gateway, Mercado Pago as it arrives (less 3,19 % and IVA),
 * the others whole; some in two parts, some not yet matched with the bank, a few drafts and cancelled ones that pay nothing.
 */
export function odooPayments({ seed, calendar, books, companies, web }: PaymentsPlan): Paid {
  const day = localDays('America/Santiago');
  const journals: OdooJournal[] = companies.flatMap((companyId) =>
    JOURNALS.map((name, index) => ({ id: companyId * 10 + index, name, companyId, code: name.slice(0, 3).toUpperCase() })),
  );
  const orderOf = new Map(books.orderLines.map((line) => [line.id, line.orderId]));
  const orders = new Map(books.orders.map((order) => [order.id, order]));
  const gateways = new Map(
    web.flatMap(({ id, transactions }) =>
      transactions
        .filter(({ status, kind }) => status === 'SUCCESS' && kind !== 'REFUND')
        .map(({ gateway }) => [String(id), gateway] as const),
    ),
  );
  const linesOf = Map.groupBy(books.invoiceLines, ({ moveId }) => moveId);
  const paid: Paid = { journals, payments: [], partials: [], lines: [] };

  for (const invoice of books.invoices) {
    if (invoice.state !== 'posted' || invoice.moveType !== 'out_invoice' || invoice.currencyId !== ODOO_CURRENCIES.CLP.id) continue;
    if (invoice.paymentState !== 'paid' || decimal(invoice.amountTotal) <= 0n) continue;
    const random = new Random(seed, `payments of ${invoice.id}`);
    const own = linesOf.get(invoice.id) ?? [];
    const debt = own.find(({ displayType }) => displayType === 'payment_term');
    if (debt === undefined) continue;
    const order = own.flatMap(({ saleLineIds }) => saleLineIds.map((id) => orders.get(orderOf.get(id) ?? 0)))[0];
    const cited = order?.shopifyOrderId?.split('/').at(-1);
    const journal =
      GATEWAYS[gateways.get(cited ?? '') ?? ''] ?? (cited === undefined ? random.pick(['Banco Estado', 'Efectivo'] as const) : 'Webpay');
    const pay = (amount: Decimal, days: number, more: Partial<OdooPayment> = {}) =>
      addPayment(
        paid,
        { invoice, debt, amount, journal, reference: order?.clientOrderRef ?? order?.name ?? invoice.name, more },
        {
          time: calendar.after(timeOf(invoice.createDate.slice(0, 19)), 10 + days * 1440),
          day,
          random,
        },
      );
    const whole = decimal(invoice.amountTotal);
    if (journal === 'Mercado Pago') pay(whole - portion(whole, decimal('3.7961'), decimal('100'), 0), 1);
    else if (random.chance(0.04)) {
      const half = portion(whole, decimal('1'), decimal('2'), 0);
      pay(half, 0);
      pay(whole - half, 3);
    } else pay(whole, random.pick([0, 0, 1, 2]));
    if (random.chance(0.02)) pay(whole, 1, { state: random.pick(['draft', 'canceled'] as const) });
  }
  return paid;
}

function addPayment(
  paid: Paid,
  what: {
    readonly invoice: OdooInvoice;
    readonly debt: OdooInvoiceLine;
    readonly amount: Decimal;
    readonly journal: Journal;
    readonly reference: string;
    readonly more: Partial<OdooPayment>;
  },
  when: { readonly time: number; readonly day: (time: number) => string; readonly random: Random },
): void {
  const { invoice, debt, amount, journal, reference, more } = what;
  const { time, day, random } = when;
  const journalId = paid.journals.find(({ name, companyId }) => name === journal && companyId === invoice.companyId)?.id ?? 0;
  const id = 7000 + paid.payments.length;
  const entry = FIRST_ENTRY + paid.payments.length;
  const stamps = { createDate: stampOf(time, 21), writeDate: stampOf(time, random.int(22, 900_000)) };
  const payment: OdooPayment = {
    id,
    name: `P${journal.slice(0, 3).toUpperCase()}/${String(id).padStart(5, '0')}`,
    paymentType: 'inbound',
    partnerType: 'customer',
    state: random.chance(0.7) ? 'paid' : 'in_process',
    date: day(time),
    amount: decimalText(amount),
    currencyId: invoice.currencyId,
    companyId: invoice.companyId,
    journalId,
    partnerId: invoice.partnerId,
    memo: `${reference} pago de cliente`,
    moveId: entry,
    ...stamps,
    ...more,
  };
  paid.payments.push(payment);
  if (payment.state !== 'paid' && payment.state !== 'in_process') return;
  const line: OdooInvoiceLine = {
    ...debt,
    id: entry,
    moveId: entry,
    name: payment.name,
    amountCurrency: decimalText(-amount),
    paymentId: id,
    ...stamps,
  };
  paid.lines.push(line);
  const invoiced = invoice.invoiceDate ?? payment.date;
  const partial: OdooPartial = {
    id: 9000 + paid.partials.length,
    debitMoveId: debt.id,
    creditMoveId: line.id,
    amount: payment.amount,
    companyId: invoice.companyId,
    maxDate: invoiced > payment.date ? invoiced : payment.date,
    ...stamps,
  };
  paid.partials.push(partial);
}
