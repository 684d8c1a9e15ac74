import type { Calendar } from './calendar.ts';
import { mirrorLines, type LineTwist } from './mirror-lines.ts';
import type { OdooPartner } from './odoo-model.ts';
import type { ShopOrder } from './shop-model.ts';
import { ODOO_CURRENCIES, type LineSketch, type OdooCurrency, type OrderSketch } from './odoo-book.ts';
import type { OdooGoods } from './odoo-catalogue.ts';
import { grossLine } from './odoo-lines.ts';
import type { OdooPartners } from './odoo-partners.ts';
import type { Random } from './random.ts';
import { IVA, taxOf } from './tax.ts';
import { usefulRut } from './useful-rut.ts';
import type { LostOrder, WebSale } from './web-orders.ts';
import { webScenario } from './web-scenarios.ts';

export interface MirrorTerms {
  readonly companyId: number;
  readonly goods: OdooGoods;
  readonly partners: OdooPartners;
  readonly calendar: Calendar;
  /** Another company of the same owner. */
  readonly sisterId: number;
}

/** How a mirror differs from an honest one. */
export interface MirrorTwist extends LineTwist {
  readonly currency?: OdooCurrency;
  /** Booked on a business, or on another company of the same owner, instead of the shopper. */
  readonly buyer?: 'business' | 'sister company';
  readonly invoiceStatus?: OrderSketch['invoiceStatus'];
  readonly state?: OrderSketch['state'];
  readonly rank?: number;
  /** Minutes after the web order, instead of the usual 1–40. */
  readonly delay?: number;
}

/**
 * The ERP's copy of a web order, made 1–40 minutes after it. Totals are the same to the peso; tax may differ by a peso a line,
 * because the two systems round at different places. Gift cards sold are left out (a liability, booked elsewhere), gift cards
 * paid with are negative lines, discounts are one negative line a tax rate, shipping is stated after its discount.
 */
export function mirrorOf(sale: WebSale, rank: number, terms: MirrorTerms, random: Random, twist: MirrorTwist = {}): OrderSketch {
  const { order } = sale;
  const { calendar, partners } = terms;
  const story = webScenario(sale.scenario);
  const usual = Math.min(random.int(1, 40), Math.max(0.5, (calendar.latest - sale.created) / 60_000 - 1));
  const created = calendar.after(sale.created, twist.delay ?? usual);
  const known = order.customerId === null ? undefined : partners.byShopper.get(order.customerId);
  const cancelled = story.mirror === 'cancelled';
  const state = twist.state ?? (cancelled ? 'cancel' : story.mirror === 'quotation' ? random.pick(['draft', 'sent']) : 'sale');
  const confirmed = state === 'sale';
  const fulfilled = order.fulfillmentStatus === 'FULFILLED' || order.fulfillmentStatus === 'FULFILLMENT_NOT_REQUIRED';
  const currency = twist.currency ?? 'CLP';
  return {
    rank: twist.rank ?? rank,
    ...reference(order, random),
    state,
    locked: confirmed && random.chance(0.4),
    partnerId: buyerOf(twist, terms, random)?.id ?? (story.basket === 'wholesale' ? undefined : known)?.id ?? partners.webCustomer.id,
    companyId: terms.companyId,
    currency,
    date: sale.processed,
    created,
    written: calendar.after(created, fulfilled ? random.int(60, 3 * 1440) : random.int(0, 5)),
    microseconds: random.int(0, 990_000),
    invoiceStatus: twist.invoiceStatus ?? (!confirmed ? 'no' : fulfilled ? 'invoiced' : 'to invoice'),
    deliveryStatus: confirmed ? DELIVERY[order.fulfillmentStatus] : null,
    lines: inCurrency(mirrorLines(order, terms.goods, twist, random), currency),
  };
}

/** The same in two orders, the first line in one and the rest in the other; `step` is how far the second stands behind. */
export function splitMirror(sketch: OrderSketch, step: number): OrderSketch[] {
  return [
    { ...sketch, lines: sketch.lines.slice(0, 1) },
    { ...sketch, rank: sketch.rank + step, lines: sketch.lines.slice(1) },
  ];
}

/** One order for two web orders: it cites the numbers of both, and perhaps the id of the first. */
export function mergedMirror(
  sketch: OrderSketch,
  [first, second]: readonly [WebSale, WebSale],
  terms: MirrorTerms,
  random: Random,
): OrderSketch {
  const created = terms.calendar.after(second.created, random.int(1, 40));
  return {
    ...sketch,
    name: null,
    origin: null,
    clientOrderRef: `${first.order.name}, ${second.order.name}`,
    shopifyOrderId: random.chance(0.5) ? String(first.order.id) : null,
    date: second.processed,
    created,
    written: terms.calendar.after(created, random.int(60, 3 * 1440)),
    lines: [...sketch.lines, ...mirrorLines(second.order, terms.goods, {}, random)],
  };
}

/** An ERP order that points to a web order the shop does not (or not yet) have. */
export function orphanOf(lost: LostOrder, rank: number, terms: MirrorTerms, random: Random): OrderSketch {
  const gross = random.int(20, 900) * 100 - 10;
  const product = random.pick([...terms.goods.byVariant.values()]);
  const created = terms.calendar.after(lost.time, random.int(1, 3));
  return {
    rank,
    name: null,
    clientOrderRef: lost.name,
    shopifyOrderId: String(lost.id),
    state: 'sale',
    partnerId: terms.partners.webCustomer.id,
    companyId: terms.companyId,
    currency: 'CLP',
    date: lost.time,
    created,
    written: created,
    microseconds: random.int(0, 990_000),
    invoiceStatus: 'to invoice',
    deliveryStatus: 'pending',
    lines: [grossLine({ productId: product.id, name: product.name, quantity: 1, gross, tax: taxOf(gross, IVA, true), rate: IVA })],
  };
}

function buyerOf({ buyer }: MirrorTwist, { partners, companyId, sisterId }: MirrorTerms, random: Random): OdooPartner | undefined {
  if (buyer === 'sister company') return partners.ofCompany.get(sisterId);
  if (buyer === undefined) return undefined;
  // One whose RUT is right: a boleta to a number with a wrong digit is to nobody.
  const right = partners.customersOf.get(companyId)!.filter(({ isCompany, vat }) => isCompany && usefulRut(vat, '') !== null);
  return random.pick(right);
}

/** Where a connector app leaves the shop's reference: most often in two fields, sometimes in one only, sometimes in the name. */
function reference(order: ShopOrder, random: Random): Pick<OrderSketch, 'name' | 'clientOrderRef' | 'origin' | 'shopifyOrderId'> {
  const at = random.next();
  const id = String(order.id);
  const prefix = random.pick(['WEB_', 'shop-', '']);
  if (at < 0.78) return { name: null, clientOrderRef: order.name, shopifyOrderId: id };
  if (at < 0.84) return { name: null, clientOrderRef: ` ${order.name} ` };
  if (at < 0.89) return { name: null, origin: `WEB_${order.name}` };
  if (at < 0.93) return { name: `${prefix}${order.name}` };
  if (at < 0.97) return { name: null, clientOrderRef: order.name, shopifyOrderId: `gid://shopify/Order/${id}` };
  return { name: null, shopifyOrderId: id };
}

const DELIVERY: Record<ShopOrder['fulfillmentStatus'], OrderSketch['deliveryStatus']> = {
  FULFILLED: 'full',
  PARTIALLY_FULFILLED: 'partial',
  UNFULFILLED: 'pending',
  FULFILLMENT_NOT_REQUIRED: null,
};

/** Turns amounts in pesos into another currency at the world's even rate. */
function inCurrency(lines: readonly LineSketch[], currency: OdooCurrency): LineSketch[] {
  const { digits, pesos } = ODOO_CURRENCIES[currency];
  if (currency === 'CLP') return [...lines];
  const convert = (amount: number): number => Math.round((amount * 10 ** digits) / pesos);
  return lines.map((line) => ({ ...line, priceUnit: convert(line.priceUnit), subtotal: convert(line.subtotal), tax: convert(line.tax) }));
}
