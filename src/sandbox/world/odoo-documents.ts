import { decimal, portion, type Decimal } from './decimal.ts';
import { total, type DocumentLine, type SalesDocument } from './document.ts';
import { timeOf } from './instants.ts';
import type { WorldTenant } from './model.ts';
import type { OdooDatabase, OdooOrder, OdooOrderLine, OdooProduct } from './odoo-model.ts';
import { counterRefunds, counterSales } from './odoo-counter-documents.ts';
import { issuedDocuments, standings, type Standing } from './odoo-documents-issued.ts';
import { issuedSales } from './odoo-issued-sales.ts';
import type { OdooUnit } from './odoo-measures.ts';
import { companiesOf } from './reporting.ts';

/** Reads the sales of one tenant's companies of a database as the warehouse must hold them: orders, then what was invoiced without one. */
export function* odooDocuments(database: OdooDatabase, tenant: WorldTenant): Generator<SalesDocument> {
  const companyIds = companiesOf(tenant);
  const issued = issuedDocuments(database, tenant);
  const standing = standings(issued, tenant.timeZone);
  const linesOf = Map.groupBy(database.orderLines, (line) => line.orderId);
  const currencies = new Map(database.currencies.map((currency) => [currency.id, currency]));
  const own = new Set(database.companies.filter(({ id }) => companyIds.includes(id)).map(({ partnerId }) => partnerId));
  const related = new Set(database.partners.filter((partner) => own.has(partner.commercialPartnerId)).map((partner) => partner.id));
  for (const order of database.orders) {
    if (!companyIds.includes(order.companyId)) continue;
    const currency = currencies.get(order.currencyId)!;
    const lines = (linesOf.get(order.id) ?? []).map((line) => documentLine(line, currency.decimalPlaces, database));
    yield odooDocument(order, lines, {
      currency: currency.name === 'UF' ? 'CLF' : currency.name,
      intercompany: related.has(order.partnerId),
      standing: standing(String(order.id)),
      team: database.measures.teams.find(({ id }) => id === order.teamId)?.name ?? null,
    });
  }
  const givenBack = counterRefunds(database);
  for (const sale of counterSales(database, companyIds)) {
    const { refunds: _, ...rest } = followed(sale.status, standing(sale.id));
    yield { ...sale, ...rest, refunds: givenBack.get(sale.id) ?? [] };
  }
  const lineOf = (line: OdooOrderLine, currency: string) => documentLine(line, currency === 'CLP' ? 0 : 2, database);
  for (const sale of issuedSales(issued, database, tenant.timeZone, lineOf)) {
    const nothing = { statedStatus: 'completed', status: 'completed', invoiced: null, cancelledButInvoiced: false, refunds: [] } as const;
    yield { ...sale, ...(sale.invoicedOrderId === undefined ? followed('completed', standing(sale.id)) : nothing) };
  }
}

/** What invoices and credit notes make of an order. */
function followed(stated: SalesDocument['status'], { posted, net, pesos, refunds }: Standing) {
  const givenBack = posted > 0 && net <= 0n && stated !== 'quotation';
  const stands = stated === 'cancelled' && posted > 0 && !givenBack;
  return {
    statedStatus: stated,
    status: givenBack ? ('refunded' as const) : stands ? ('open' as const) : stated,
    invoiced: posted === 0 ? null : pesos,
    cancelledButInvoiced: stands,
    refunds,
  };
}

function odooDocument(
  order: OdooOrder,
  lines: readonly DocumentLine[],
  {
    currency,
    intercompany,
    standing,
    team,
  }: { readonly currency: string; readonly intercompany: boolean; readonly standing: Standing; readonly team: string | null },
): SalesDocument {
  // What a gift card paid lowers Odoo's total although the sale is the same.
  const paidByCard = -total(lines, (line) => (line.kind === 'gift_card' ? line.amount : 0n));
  const amount = decimal(order.amountTotal) + paidByCard;
  const goods = lines.filter(({ kind }) => kind !== 'gift_card' && kind !== 'shipping' && kind !== 'tip');
  return {
    source: 'odoo',
    id: String(order.id),
    name: order.name,
    ...followed(statusOf(order), standing),
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
    iva: total(lines, (line) => line.iva),
    exempt: total(lines, (line) => (line.kind === 'gift_card' ? 0n : line.exempt)),
    ledger: null,
    customerId: String(order.partnerId),
    channel: order.websiteId === null ? (team ?? 'odoo') : 'website',
    shop: null,
    company: String(order.companyId),
    shopOrderId: order.shopifyOrderId?.split('/').at(-1) ?? null,
    ...citedBy(order, team),
    lines,
    payments: [],
  };
}

/** Products, taxes and units by id; worked out once per database. */
const lookUps = new WeakMap<OdooDatabase, ReturnType<typeof lookUpOf>>();
function lookUpOf(database: OdooDatabase) {
  return {
    products: new Map(database.products.map((product) => [product.id, product])),
    taxes: new Map(database.measures.taxes.map((tax) => [tax.id, tax])),
    units: new Map(database.measures.units.map((unit) => [unit.id, unit])),
  };
}

function documentLine(line: OdooOrderLine, digits: number, database: OdooDatabase): DocumentLine {
  const known = lookUps.get(database) ?? lookUpOf(database);
  lookUps.set(database, known);
  const product = line.productId === null ? undefined : known.products.get(line.productId);
  const amount = decimal(line.priceTotal);
  const kind = kindOf(line, amount, product?.defaultCode ?? null);
  const taxes = line.taxIds.map((id) => known.taxes.get(id)!);
  const ivaTaxes = taxes.filter(({ siiCode }) => siiCode === 14);
  const iva =
    ivaTaxes.length === taxes.length
      ? decimal(line.priceTax)
      : total(ivaTaxes, ({ percent }) => portion(decimal(line.priceSubtotal), decimal(percent), decimal('100'), digits));
  const percent = decimal(line.discount);
  const byPercent = percent === 0n ? 0n : portion(amount, percent, decimal('100') - percent, digits);
  return {
    id: String(line.id),
    kind,
    productId: line.productId === null ? null : String(line.productId),
    sku: product?.defaultCode ?? null,
    name: line.name,
    quantity: decimal(String(line.quantity)),
    ...(kind === 'product' && product !== undefined ? unitsOf(line, product, known.units) : { units: null, unitsUnknown: null }),
    unitPrice: decimal(line.priceUnit),
    amount,
    tax: decimal(line.priceTax),
    iva,
    exempt: ivaTaxes.length === 0 ? decimal(line.priceSubtotal) : 0n,
    discount: kind === 'discount' ? -amount : byPercent,
  };
}

/** A dozen of what is counted in pieces is twelve; an hour of it is nothing that could be said. */
function unitsOf(
  line: OdooOrderLine,
  product: OdooProduct,
  units: ReadonlyMap<number, OdooUnit>,
): Pick<DocumentLine, 'units' | 'unitsUnknown'> {
  const [sold, own] = [units.get(line.unitId ?? 0)!, units.get(product.unitId)!];
  if ((sold.relativeTo ?? sold.id) !== (own.relativeTo ?? own.id)) return { units: null, unitsUnknown: 'unit_of_other_kind' };
  return { units: portion(decimal(String(line.quantity)), BigInt(sold.size), BigInt(own.size), 6), unitsUnknown: null };
}

function kindOf(line: OdooOrderLine, amount: Decimal, sku: string | null): DocumentLine['kind'] {
  if (line.displayType !== null) return 'section';
  if (line.isDownpayment) return 'down_payment';
  if (line.isGiftCardPayment) return 'gift_card';
  if (line.isDelivery) return 'shipping';
  if (sku === 'PROPINA') return 'tip';
  return amount < 0n ? 'discount' : 'product';
}

function statusOf({ state, deliveryStatus, invoiceStatus }: OdooOrder): SalesDocument['status'] {
  if (state === 'draft' || state === 'sent') return 'quotation';
  if (state === 'cancel') return 'cancelled';
  const delivered = deliveryStatus === 'full' || deliveryStatus === null;
  return delivered && (invoiceStatus === 'invoiced' || invoiceStatus === 'upselling') ? 'completed' : 'open';
}

/** What the first of the three fields says that holds shop's order numbers alone, each perhaps after a short prefix (`WEB_#1001`). */
function citedBy(
  order: OdooOrder,
  team: string | null,
): Pick<SalesDocument, 'shopOrderName' | 'shopOrderNames' | 'shopOrderPrefix' | 'shopOrderStores'> {
  for (const text of [order.clientOrderRef, order.origin, order.name]) {
    const cited = (text ?? '').split(',').map((part) => /^(?:([A-Za-z0-9]+)[_-])?#(\d+)$/.exec(part.trim()));
    const names = cited.map((match) => match?.[2] ?? '');
    if (names.includes('')) continue;
    const stores = [
      team === null ? [] : [`team:${team.toLowerCase()}`],
      order.websiteId === null ? [] : [`website:${order.websiteId}`],
    ].flat();
    return {
      shopOrderName: names[0]!,
      shopOrderNames: names.length > 1 ? names.toSorted() : null,
      shopOrderPrefix: cited[0]?.[1]?.toUpperCase() ?? null,
      shopOrderStores: [...stores, `company:${order.companyId}`].toSorted(),
    };
  }
  return { shopOrderName: null };
}
