import { decimalText } from './decimal.ts';
import { total, type DocumentLine, type SalesDocument } from './document.ts';
import { localNoon } from './local-day.ts';
import type { OdooDatabase, OdooOrderLine } from './odoo-model.ts';
import type { IssuedDocument, IssuedLine } from './odoo-documents-issued.ts';

type ReadLine = (line: OdooOrderLine, currency: string) => DocumentLine;

/** What invoices are as sales: those without an order by themselves, of others the share of each order. */
export function* issuedSales(
  documents: readonly IssuedDocument[],
  database: OdooDatabase,
  timeZone: string,
  lineOf: ReadLine,
): Generator<Omit<SalesDocument, 'status' | 'refunds'>> {
  const noon = localNoon(timeZone);
  const orderLines = new Map(database.orderLines.map((line) => [line.id, line]));
  for (const document of documents) {
    const { invoice, lines, currency, intercompany } = document;
    if (document.credit || !document.posted) continue;
    const orders = lines.flatMap(({ order }) => order ?? []).sort((a, b) => Number(a) - Number(b));
    for (const [order, own] of Map.groupBy(lines, (line) => line.order ?? orders[0])) {
      const alone = order === `invoice:${invoice.id}`;
      if (!alone && !/^\d+$/.test(order ?? '')) continue;
      const read = own.map((line) => issuedLine(line, orderLines, currency, lineOf));
      const sold = read.filter(({ kind }) => kind !== 'gift_card');
      const amount = total(sold, (line) => line.amount);
      yield {
        source: 'odoo',
        id: alone ? `invoice:${invoice.id}` : `invoice:${invoice.id}/${order}`,
        name: invoice.name,
        excludedBecause: intercompany ? 'intercompany' : amount === 0n ? 'zero_value' : null,
        paymentState: PAID[invoice.paymentState] ?? null,
        sourceStatus: `${invoice.moveType}/${invoice.state}/${invoice.paymentState}`,
        time: noon(invoice.invoiceDate!),
        createdOn: invoice.invoiceDate!,
        invoiceId: String(invoice.id),
        ...(alone ? {} : { invoicedOrderId: order! }),
        cancelled: null,
        currency,
        total: amount,
        tax: total(sold, (line) => line.tax),
        products: total(sold, (line) => (APART.has(line.kind) ? 0n : line.amount)),
        shipping: total(sold, (line) => (line.kind === 'shipping' ? line.amount : 0n)),
        discount: total(sold, (line) => line.discount),
        iva: total(sold, (line) => line.iva),
        exempt: total(sold, (line) => line.exempt),
        ledger: null,
        customerId: String(invoice.partnerId),
        channel: alone ? 'invoice' : 'odoo',
        company: String(invoice.companyId),
        shop: null,
        shopOrderId: null,
        shopOrderName: null,
        lines: read,
        payments: [],
      };
    }
  }
}

const APART: ReadonlySet<DocumentLine['kind']> = new Set(['shipping', 'tip', 'down_payment']);
const PAID: Readonly<Record<string, SalesDocument['paymentState']>> = {
  paid: 'paid',
  in_payment: 'paid',
  partial: 'partial',
  not_paid: 'unpaid',
};

/** A line of a document is what the line of the order is that it bills, for as much as the document says. */
function issuedLine(
  { line, amount, tax }: IssuedLine,
  orderLines: ReadonlyMap<number, OdooOrderLine>,
  currency: string,
  lineOf: ReadLine,
): DocumentLine {
  const billed = line.saleLineIds[0] === undefined ? undefined : orderLines.get(line.saleLineIds[0]);
  const { productId, companyId, name, quantity, priceUnit, discount, priceSubtotal, priceTotal, taxIds, createDate, writeDate } = line;
  const stated = lineOf(
    {
      ...(billed ?? UNBILLED),
      id: line.id,
      productId,
      companyId,
      name,
      quantity,
      priceUnit,
      discount,
      priceSubtotal,
      priceTotal,
      taxIds,
      createDate,
      writeDate,
      priceTax: decimalText(tax),
    },
    currency,
  );
  const kind = stated.kind === 'product' && productId === null ? 'other' : stated.kind;
  return { ...stated, id: `invoice-line:${line.id}`, kind, amount, tax };
}

/** What is billed without an order says no more than its line does. */
const UNBILLED = {
  orderId: 0,
  currencyId: 0,
  sequence: 0,
  displayType: null,
  isDelivery: false,
  isDownpayment: false,
  isGiftCardPayment: false,
  unitId: null,
} as const;
