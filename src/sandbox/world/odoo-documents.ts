import { decimal, portion, type Decimal } from './decimal.ts';
import { total, type DocumentLine, type SalesDocument } from './document.ts';
import { timeOf } from './instants.ts';
import type { OdooDatabase, OdooOrder, OdooOrderLine } from './model.ts';

/** Reads the sale orders of some companies of a database as the warehouse must hold them. */
export function* odooDocuments(database: OdooDatabase, companyIds: readonly number[]): Generator<SalesDocument> {
  const linesOf = Map.groupBy(database.orderLines, (line) => line.orderId);
  const currencies = new Map(database.currencies.map((currency) => [currency.id, currency]));
  const skus = new Map(database.products.map((product) => [product.id, product.defaultCode]));
  const own = new Set(database.companies.filter(({ id }) => companyIds.includes(id)).map(({ partnerId }) => partnerId));
  const related = new Set(database.partners.filter((partner) => own.has(partner.commercialPartnerId)).map((partner) => partner.id));
  for (const order of database.orders) {
    if (!companyIds.includes(order.companyId)) continue;
    const currency = currencies.get(order.currencyId)!;
    const lines = (linesOf.get(order.id) ?? []).map((line) => documentLine(line, currency.decimalPlaces, skus));
    yield odooDocument(order, lines, currency.name === 'UF' ? 'CLF' : currency.name, related.has(order.partnerId));
  }
}

function odooDocument(order: OdooOrder, lines: readonly DocumentLine[], currency: string, intercompany: boolean): SalesDocument {
  // What a gift card paid lowers Odoo's total although the sale is the same.
  const paidByCard = -total(lines, (line) => (line.kind === 'gift_card' ? line.amount : 0n));
  const amount = decimal(order.amountTotal) + paidByCard;
  const goods = lines.filter(({ kind }) => kind !== 'gift_card' && kind !== 'shipping' && kind !== 'tip');
  return {
    source: 'odoo',
    id: String(order.id),
    name: order.name,
    status: statusOf(order),
    excludedBecause: intercompany ? 'intercompany' : amount === 0n ? 'zero_value' : null,
    paymentState: null,
    sourceStatus: [order.state, order.invoiceStatus, order.deliveryStatus].filter((word) => word !== null).join('/'),
    time: timeOf(order.dateOrder),
    cancelled: null,
    currency,
    total: amount,
    tax: decimal(order.amountTax),
    products: total(goods, (line) => line.amount),
    shipping: total(lines, (line) => (line.kind === 'shipping' ? line.amount : 0n)),
    discount: total(lines, (line) => line.discount),
    customerId: String(order.partnerId),
    channel: order.websiteId === null ? 'odoo' : 'website',
    company: String(order.companyId),
    shopOrderId: order.shopifyOrderId?.split('/').at(-1) ?? null,
    shopOrderName: shopName(order),
    lines,
    refunds: [],
    payments: [],
  };
}

function documentLine(line: OdooOrderLine, digits: number, skus: ReadonlyMap<number, string | null>): DocumentLine {
  const amount = decimal(line.priceTotal);
  const kind = kindOf(line, amount);
  const percent = decimal(line.discount);
  const byPercent = percent === 0n ? 0n : portion(amount, percent, decimal('100') - percent, digits);
  return {
    id: String(line.id),
    kind,
    productId: line.productId === null ? null : String(line.productId),
    sku: line.productId === null ? null : (skus.get(line.productId) ?? null),
    name: line.name,
    quantity: decimal(String(line.quantity)),
    unitPrice: decimal(line.priceUnit),
    amount,
    tax: decimal(line.priceTax),
    discount: kind === 'discount' ? -amount : byPercent,
  };
}

function kindOf(line: OdooOrderLine, amount: Decimal): DocumentLine['kind'] {
  if (line.displayType !== null) return 'section';
  if (line.isDownpayment) return 'down_payment';
  if (line.isGiftCardPayment) return 'gift_card';
  if (line.isDelivery) return 'shipping';
  return amount < 0n ? 'discount' : 'product';
}

function statusOf({ state, deliveryStatus, invoiceStatus }: OdooOrder): SalesDocument['status'] {
  if (state === 'draft' || state === 'sent') return 'quotation';
  if (state === 'cancel') return 'cancelled';
  const delivered = deliveryStatus === 'full' || deliveryStatus === null;
  return delivered && (invoiceStatus === 'invoiced' || invoiceStatus === 'upselling') ? 'completed' : 'open';
}

/** The first of the three fields that holds a shop's order number, alone or after a short prefix (`WEB_#1001`). */
function shopName(order: OdooOrder): string | null {
  for (const text of [order.clientOrderRef, order.origin, order.name]) {
    const match = /^(?:[A-Za-z0-9]+[_-])?#(\d+)$/.exec(text?.trim() ?? '');
    if (match !== null) return match[1]!;
  }
  return null;
}
