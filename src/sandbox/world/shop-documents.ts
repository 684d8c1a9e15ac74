import { decimal, fromMinor, portion, type Decimal } from './decimal.ts';
import { total, type DocumentLine, type DocumentPayment, type DocumentRefund, type SalesDocument } from './document.ts';
import { timeOf } from './instants.ts';
import type { Shop, ShopLine, ShopOrder, ShopRefund } from './shop-model.ts';

/** Reads one web order as the warehouse must hold it: after edits, before returns, with tax, without gift cards sold. */
export function shopDocument(order: ShopOrder, shop: Shop): SalesDocument {
  const digits = shop.currency === 'CLP' ? 0 : 2;
  const lines = documentLines(order, shop, digits);
  const sold = lines.filter(({ kind }) => kind !== 'gift_card');
  const amount = total(sold, (line) => line.amount);
  const payments = order.transactions.map((transaction): DocumentPayment => ({
    id: String(transaction.id),
    time: timeOf(transaction.processedAt),
    kind: transaction.kind,
    status: transaction.status,
    gateway: transaction.gateway,
    isTest: order.test,
    amount: fromMinor(transaction.amount, digits),
  }));
  const received = moneyOf(payments, ['SALE', 'CAPTURE']);
  const due = total(lines, (line) => line.amount);
  return {
    source: 'shopify',
    id: String(order.id),
    name: order.name,
    status: statusOf(order, received, moneyOf(payments, ['REFUND'])),
    excludedBecause: order.test ? 'test' : exclusion(order, amount),
    paymentState: received >= due ? 'paid' : received > 0n ? 'partial' : 'unpaid',
    sourceStatus: `${order.financialStatus}/${order.fulfillmentStatus}`,
    time: timeOf(order.processedAt),
    cancelled: order.cancelledAt === null ? null : timeOf(order.cancelledAt),
    currency: shop.currency,
    total: amount,
    tax: total(sold, (line) => line.tax),
    products: total(sold, (line) => (line.kind === 'product' ? line.amount : 0n)),
    shipping: total(sold, (line) => (line.kind === 'shipping' ? line.amount : 0n)),
    discount: total(sold, (line) => line.discount),
    iva: total(sold, (line) => line.iva),
    exempt: total(sold, (line) => line.exempt),
    ledger: amount,
    customerId: buyerOf(order),
    billedToId: order.taxId === null ? null : `tax:${order.id}`,
    channel: order.appName ?? order.sourceName,
    shop: shop.domain.split('.')[0]!,
    company: null,
    shopOrderId: String(order.id),
    shopOrderName: order.name.replace('#', ''),
    lines,
    refunds: order.refunds.map((refund) => documentRefund(refund, order, shop, digits)),
    payments,
  };
}

/** Who registered, else the order stands for its guest, if that one left anything to be recognised by. */
function buyerOf({ id, customerId, guest }: ShopOrder): string | null {
  if (customerId !== null) return String(customerId);
  return guest === null || (guest.email === null && guest.phone === null) ? null : `guest:${id}`;
}

function documentLines(order: ShopOrder, shop: Shop, digits: number): DocumentLine[] {
  const variants = variantTitles(shop);
  const withTax = (net: Decimal, tax: Decimal): Decimal => (shop.taxesIncluded ? net : net + tax);
  const items = order.lines.map((line): DocumentLine => {
    const units = BigInt(unitsSold(line, order));
    const ordered = BigInt(line.quantity);
    const tax = portion(fromMinor(line.tax, digits), units, ordered, digits);
    const discount = portion(fromMinor(line.discount, digits), units, ordered, digits);
    const price = fromMinor(line.unitPrice, digits);
    // Abroad no tax is called IVA.
    const iva = shop.currency === 'CLP' ? portion(fromMinor(line.tax - line.otherTax, digits), units, ordered, digits) : 0n;
    const amount = withTax(price * units - discount, tax);
    const variant = line.variantId === null ? undefined : variants.get(line.variantId);
    return {
      id: String(line.id),
      kind: line.isGiftCard ? 'gift_card' : 'product',
      productId: line.variantId === null ? null : String(line.variantId),
      sku: line.sku,
      name: variant === undefined ? line.title : `${line.title} - ${variant}`,
      quantity: decimal(String(units)),
      unitPrice: price,
      units: line.isGiftCard ? null : decimal(String(units)),
      unitsUnknown: null,
      amount,
      tax,
      iva,
      exempt: iva === 0n ? amount - tax : 0n,
      discount,
    };
  });
  const single = { productId: null, sku: null, quantity: decimal('1'), units: null, unitsUnknown: null } as const;
  const shipping = order.shippingLines.map((line): DocumentLine => {
    const tax = fromMinor(line.tax, digits);
    const iva = shop.currency === 'CLP' ? tax : 0n;
    const amount = withTax(fromMinor(line.price - line.discount, digits), tax);
    return {
      ...single,
      id: `shipping-${line.id}`,
      kind: 'shipping',
      name: line.title,
      unitPrice: fromMinor(line.price, digits),
      amount,
      tax,
      iva,
      exempt: iva === 0n ? amount - tax : 0n,
      discount: fromMinor(line.discount, digits),
    };
  });
  const tip = fromMinor(order.tip, digits);
  const tips: DocumentLine[] =
    order.tip === 0
      ? []
      : [
          {
            ...single,
            id: `tip-${order.id}`,
            kind: 'tip',
            name: 'Tip',
            unitPrice: tip,
            amount: tip,
            tax: 0n,
            iva: 0n,
            exempt: tip,
            discount: 0n,
          },
        ];
  return [...items, ...shipping, ...tips];
}

/** Titles of variants that have one of their own, by variant id; worked out once per shop. */
const titlesOfShop = new WeakMap<Shop, ReadonlyMap<number, string>>();
function variantTitles(shop: Shop): ReadonlyMap<number, string> {
  let titles = titlesOfShop.get(shop);
  if (titles === undefined) {
    const named = shop.products.flatMap(({ variants }) => variants).filter(({ title }) => title !== 'Default Title');
    titles = new Map(named.map(({ id, title }) => [id, title]));
    titlesOfShop.set(shop, titles);
  }
  return titles;
}

/** What an edit took out was never sold; what was returned was. */
function unitsSold(line: ShopLine, order: ShopOrder): number {
  if (!order.edited) return line.quantity;
  const returned = order.refunds.flatMap(({ lines }) => lines).filter(({ lineId }) => lineId === line.id);
  return line.currentQuantity + returned.reduce((sum, { quantity }) => sum + quantity, 0);
}

function moneyOf(payments: readonly DocumentPayment[], kinds: readonly string[]): Decimal {
  return total(
    payments.filter(({ kind, status }) => status === 'SUCCESS' && kinds.includes(kind)),
    ({ amount }) => amount,
  );
}

function statusOf(order: ShopOrder, received: Decimal, refunded: Decimal): SalesDocument['status'] {
  const { financialStatus: money, fulfillmentStatus: goods } = order;
  const given = order.cancelledAt !== null || money === 'VOIDED' || money === 'EXPIRED';
  if (given && received === 0n) return 'cancelled';
  if (money === 'REFUNDED' || (received > 0n && refunded >= received)) return 'refunded';
  const paid = money === 'PAID' || money === 'PARTIALLY_REFUNDED';
  return paid && (goods === 'FULFILLED' || goods === 'FULFILLMENT_NOT_REQUIRED') ? 'completed' : 'open';
}

function exclusion(order: ShopOrder, amount: Decimal): SalesDocument['excludedBecause'] {
  if (order.lines.length > 0 && order.lines.every((line) => line.isGiftCard)) return 'gift_card_only';
  return amount === 0n ? 'zero_value' : null;
}

/** Value taken back: returned goods, shipping, and money given beyond them (which Shopify states below zero). */
function documentRefund(refund: ShopRefund, order: ShopOrder, shop: Shop, digits: number): DocumentRefund {
  const value = ({ subtotal, tax }: { readonly subtotal: number; readonly tax: number }): { amount: Decimal; tax: Decimal } => ({
    amount: fromMinor(shop.taxesIncluded ? subtotal : subtotal + tax, digits),
    tax: fromMinor(tax, digits),
  });
  const lines = refund.lines.map((line) => ({
    id: String(line.id),
    lineId: String(line.lineId),
    quantity: decimal(String(line.quantity)),
    ...value(line),
  }));
  const given = refund.adjustments.map(({ amount, tax }) => ({ amount: fromMinor(-(amount + tax), digits), tax: fromMinor(-tax, digits) }));
  const parts = [...lines, ...refund.shipping.map(value), ...given];
  const back = order.transactions.filter(({ id, status }) => status === 'SUCCESS' && refund.transactionIds.includes(id));
  return {
    id: String(refund.id),
    time: timeOf(refund.processedAt),
    amount: total(parts, ({ amount }) => amount),
    tax: total(parts, ({ tax }) => tax),
    paidBack: total(back, ({ amount }) => fromMinor(amount, digits)),
    lines,
  };
}
