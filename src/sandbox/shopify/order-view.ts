import type { Minor } from '../world/model.ts';
import type { Shop, ShopCustomer, ShopLine, ShopOrder, ShopRefund, ShopShippingLine, ShopTransaction } from '../world/shop-model.ts';
import { accessDenied } from './admin-error.ts';
import { childConnection, type PageArgs } from './connection.ts';
import { agreementViews } from './order-agreements.ts';
import { orderTotals } from './order-totals.ts';
import { gid, moneyBag, stamp, type MoneyBag } from './wire-values.ts';

/** What the views of one shop look up; made once per request. */
export interface ShopIndex {
  readonly shop: Shop;
  readonly customers: ReadonlyMap<number, ShopCustomer>;
  readonly variantTitles: ReadonlyMap<number, string>;
}

type ListArgs = { readonly first?: number | null };

/** An order as `Order` of the schema; children are functions, so that what is not asked for costs nothing. */
export function orderView(order: ShopOrder, index: ShopIndex) {
  const { shop } = index;
  const bag = (amount: Minor): MoneyBag => moneyBag(amount, shop.currency);
  const totals = orderTotals(order, shop);
  return {
    id: gid('Order', order.id),
    legacyResourceId: String(order.id),
    name: order.name,
    number: order.number,
    createdAt: stamp(order.createdAt),
    processedAt: stamp(order.processedAt),
    updatedAt: stamp(order.updatedAt),
    closedAt: order.closedAt === null ? null : stamp(order.closedAt),
    cancelledAt: order.cancelledAt === null ? null : stamp(order.cancelledAt),
    cancelReason: order.cancelReason,
    test: order.test,
    edited: order.edited,
    displayFinancialStatus: order.financialStatus,
    displayFulfillmentStatus: order.fulfillmentStatus,
    sourceName: order.sourceName,
    app: order.appName === null ? null : { id: gid('App', Number(order.sourceName)), name: order.appName },
    taxesIncluded: shop.taxesIncluded,
    currencyCode: shop.currency,
    customer: () => customerView(order, index),
    email: () => contactView(order.guest?.email ?? index.customers.get(order.customerId ?? 0)?.email ?? null, 'email', index),
    phone: () => contactView(order.guest?.phone ?? null, 'phone', index),
    localizedFields: () => ({
      nodes: typed(order, 'localized field', index).map((value) => ({ key: 'TAX_CREDENTIAL_CL', value })),
    }),
    customAttributes: () => [
      { key: 'gift_message', value: null },
      ...typed(order, 'attribute', index).map((value) => ({ key: 'RUT', value })),
    ],
    billingAddress: () => (contactView(order.taxId, 'billingAddress', index) === null ? null : { company: null, address2: null }),
    totalPriceSet: bag(totals.price),
    originalTotalPriceSet: bag(totals.price),
    currentTotalPriceSet: bag(totals.currentPrice),
    totalTaxSet: bag(totals.tax),
    currentTotalTaxSet: bag(totals.currentTax),
    totalDiscountsSet: bag(totals.discounts),
    totalShippingPriceSet: bag(totals.shipping),
    totalTipReceivedSet: bag(order.tip),
    totalReceivedSet: bag(totals.received),
    totalRefundedSet: bag(totals.refunded),
    totalOutstandingSet: bag(totals.currentPrice - totals.received + totals.refunded),
    netPaymentSet: bag(totals.received - totals.refunded),
    lineItems: (args: PageArgs) => childConnection(order.lines, args, (line) => lineView(line, index)),
    shippingLines: (args: PageArgs) => childConnection(order.shippingLines, args, (line) => shippingView(line, shop)),
    transactions: ({ first }: ListArgs) => order.transactions.slice(0, first ?? undefined).map((t) => transactionView(t, order, bag)),
    transactionsCount: () => ({ count: order.transactions.length, precision: 'EXACT' }),
    refunds: ({ first }: ListArgs) => order.refunds.slice(0, first ?? undefined).map((refund) => refundView(refund, order, index)),
    agreements: (args: PageArgs) => agreementViews(order, shop, args),
  };
}

/** The tax id typed at the checkout, where it is kept in this place. */
function typed(order: ShopOrder, place: 'localized field' | 'attribute', index: ShopIndex): string[] {
  const taxId = contactView(order.taxId, place === 'attribute' ? 'customAttributes' : 'localizedFields', index);
  return taxId === null || order.taxIdIn !== place ? [] : [taxId];
}

/** Contact data stand under the protection of customer data wherever they stand. */
export function contactView(contact: string | null, field: string, { shop }: ShopIndex): string | null {
  if (!shop.scopes.includes('read_customers')) throw accessDenied(field, 'read_customers');
  return contact;
}

export function customerView(order: { readonly customerId: number | null }, { shop, customers }: ShopIndex) {
  if (!shop.scopes.includes('read_customers')) throw accessDenied('customer', 'read_customers');
  const customer = order.customerId === null ? undefined : customers.get(order.customerId);
  if (customer === undefined) return null;
  return {
    id: gid('Customer', customer.id),
    createdAt: stamp(customer.createdAt),
    updatedAt: stamp(customer.updatedAt),
    defaultEmailAddress: customer.email === null ? null : { emailAddress: customer.email },
    defaultPhoneNumber: customer.phone === null ? null : { phoneNumber: customer.phone },
    defaultAddress: { city: customer.city, province: customer.province },
  };
}

function lineView(line: ShopLine, { shop, variantTitles }: ShopIndex) {
  const bag = (amount: Minor): MoneyBag => moneyBag(amount, shop.currency);
  const option = line.variantId === null ? undefined : variantTitles.get(line.variantId);
  return {
    id: gid('LineItem', line.id),
    name: option === undefined ? line.title : `${line.title} - ${option}`,
    title: line.title,
    sku: line.sku,
    quantity: line.quantity,
    currentQuantity: line.currentQuantity,
    isGiftCard: line.isGiftCard,
    variant: line.variantId === null ? null : { id: gid('ProductVariant', line.variantId) },
    originalUnitPriceSet: bag(line.unitPrice),
    discountAllocations: line.discount === 0 ? [] : [{ allocatedAmountSet: bag(line.discount) }],
    taxLines: [
      ...(line.tax === 0 ? [] : [{ title: taxTitle(shop, line.id), rate: Number(line.taxRate), priceSet: bag(line.tax - line.otherTax) }]),
      ...(line.otherTax === 0 ? [] : [{ title: 'ILA', rate: 0.205, priceSet: bag(line.otherTax) }]),
    ],
  };
}

/** What the merchant called the tax; some wrote its rate into the name. */
function taxTitle(shop: Shop, id: number): string {
  if (shop.currency !== 'CLP') return 'State Tax';
  return id % 2 === 0 ? 'IVA' : 'IVA 19%';
}

function shippingView(line: ShopShippingLine, shop: Shop) {
  const bag = (amount: Minor): MoneyBag => moneyBag(amount, shop.currency);
  return {
    id: gid('ShippingLine', line.id),
    title: line.title,
    isRemoved: false,
    originalPriceSet: bag(line.price),
    discountedPriceSet: bag(line.price - line.discount),
    discountAllocations: line.discount === 0 ? [] : [{ allocatedAmountSet: bag(line.discount) }],
    taxLines: line.tax === 0 ? [] : [{ title: taxTitle(shop, line.id), rate: null, priceSet: bag(line.tax) }],
  };
}

function transactionView(transaction: ShopTransaction, order: ShopOrder, bag: (amount: Minor) => MoneyBag) {
  return {
    id: gid('OrderTransaction', transaction.id),
    kind: transaction.kind,
    status: transaction.status,
    gateway: transaction.gateway,
    test: order.test,
    createdAt: stamp(transaction.createdAt),
    processedAt: stamp(transaction.processedAt),
    parentTransaction: transaction.parentId === null ? null : { id: gid('OrderTransaction', transaction.parentId) },
    amountSet: bag(transaction.amount),
  };
}

/** A refund as `Refund` of the schema. */
export function refundView(refund: ShopRefund, order: ShopOrder, index: ShopIndex) {
  const bag = (amount: Minor): MoneyBag => moneyBag(amount, index.shop.currency);
  const lines = new Map(order.lines.map((line) => [line.id, line]));
  const own = order.transactions.filter(({ id }) => refund.transactionIds.includes(id));
  const paid = own.filter(({ status, kind }) => status === 'SUCCESS' && kind === 'REFUND').reduce((sum, { amount }) => sum + amount, 0);
  return {
    id: gid('Refund', refund.id),
    createdAt: stamp(refund.createdAt),
    processedAt: stamp(refund.processedAt),
    updatedAt: stamp(refund.processedAt),
    totalRefundedSet: bag(paid),
    refundLineItems: (args: PageArgs) =>
      childConnection(refund.lines, args, (item) => ({
        id: gid('RefundLineItem', item.id),
        quantity: item.quantity,
        lineItem: () => {
          const line = lines.get(item.lineId);
          return line === undefined ? null : lineView(line, index);
        },
        subtotalSet: bag(item.subtotal),
        totalTaxSet: bag(item.tax),
      })),
    refundShippingLines: (args: PageArgs) =>
      childConnection(refund.shipping, args, (item) => ({
        id: gid('RefundShippingLine', item.id),
        subtotalAmountSet: bag(item.subtotal),
        taxAmountSet: bag(item.tax),
      })),
    orderAdjustments: (args: PageArgs) =>
      childConnection(refund.adjustments, args, (item) => ({
        id: gid('OrderAdjustment', item.id),
        reason: item.reason,
        amountSet: bag(item.amount),
        taxAmountSet: bag(item.tax),
      })),
    transactions: (args: PageArgs) => childConnection(own, args, (t) => transactionView(t, order, bag)),
  };
}
