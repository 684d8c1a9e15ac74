import type { Calendar } from './calendar.ts';
import type { ShopOrder } from './model.ts';
import { ODOO_CURRENCIES, type LineSketch, type OdooCurrency, type OrderSketch } from './odoo-book.ts';
import type { OdooGoods } from './odoo-catalogue.ts';
import { grossLine } from './odoo-lines.ts';
import type { OdooPartners } from './odoo-partners.ts';
import type { Random } from './random.ts';
import { IVA, taxOf } from './tax.ts';
import type { LostOrder, WebSale } from './web-orders.ts';
import { webScenario } from './web-scenarios.ts';

export interface MirrorTerms {
  readonly companyId: number;
  readonly goods: OdooGoods;
  readonly partners: OdooPartners;
  readonly calendar: Calendar;
}

/** How a mirror differs from an honest one. */
export interface MirrorTwist {
  /** Added to the first product line, in pesos. */
  readonly surcharge?: number;
  readonly currency?: OdooCurrency;
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
  const fulfilled = order.fulfillmentStatus === 'FULFILLED';
  const currency = twist.currency ?? 'CLP';
  return {
    rank: twist.rank ?? rank,
    ...reference(order, random),
    state,
    locked: confirmed && random.chance(0.4),
    partnerId: (known ?? partners.webCustomer).id,
    companyId: terms.companyId,
    currency,
    date: sale.processed,
    created,
    written: calendar.after(created, fulfilled ? random.int(60, 3 * 1440) : random.int(0, 5)),
    microseconds: random.int(0, 990_000),
    invoiceStatus: !confirmed ? 'no' : fulfilled && random.chance(0.93) ? 'invoiced' : 'to invoice',
    deliveryStatus: confirmed ? DELIVERY[order.fulfillmentStatus] : null,
    lines: inCurrency(mirrorLines(order, terms.goods, twist.surcharge ?? 0, random), currency),
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

function mirrorLines(order: ShopOrder, goods: OdooGoods, surcharge: number, random: Random): LineSketch[] {
  const lines: LineSketch[] = [];
  const discounts = new Map<string, number>();
  for (const line of order.lines) {
    if (line.isGiftCard) continue;
    const product = (line.variantId === null ? undefined : goods.byVariant.get(line.variantId)) ?? goods.shared.unlisted;
    // The ERP hears of an edit and copies the order as it is then.
    const quantity = order.edited ? line.currentQuantity : line.quantity;
    const gross = quantity * line.unitPrice + (lines.length === 0 ? surcharge * quantity : 0);
    const tax = nudged(taxOf(gross, line.taxRate, true), random);
    lines.push(grossLine({ productId: product.id, name: product.name, quantity, gross, tax, rate: line.taxRate }));
    if (line.discount === 0) continue;
    discounts.set(line.taxRate, (discounts.get(line.taxRate) ?? 0) + line.discount);
  }
  for (const [rate, discount] of discounts) {
    const { id, name } = goods.shared.discount;
    lines.push(grossLine({ productId: id, name, quantity: 1, gross: -discount, tax: taxOf(-discount, rate, true), rate }));
  }
  for (const line of order.shippingLines) {
    const { id, name } = goods.shared.delivery;
    lines.push(
      grossLine({
        productId: id,
        name,
        quantity: 1,
        gross: line.price - line.discount,
        tax: nudged(line.tax, random),
        rate: IVA,
        kind: 'delivery',
      }),
    );
  }
  if (order.tip > 0)
    lines.push(grossLine({ productId: goods.shared.tip.id, name: 'Propina', quantity: 1, gross: order.tip, tax: 0, rate: '0' }));
  for (const { gateway, amount, status } of order.transactions) {
    if (gateway !== 'gift_card' || status !== 'SUCCESS') continue;
    lines.push(
      grossLine({
        productId: goods.shared.giftCard.id,
        name: 'Gift Card',
        quantity: 1,
        gross: -amount,
        tax: 0,
        rate: '0',
        kind: 'gift card payment',
      }),
    );
  }
  return lines;
}

/** A peso more or less, now and then. */
function nudged(tax: number, random: Random): number {
  const shift = random.pick([0, 0, 0, 1, -1]);
  return tax > 1 ? tax + shift : tax;
}

/** Turns amounts in pesos into another currency at the world's even rate. */
function inCurrency(lines: readonly LineSketch[], currency: OdooCurrency): LineSketch[] {
  const { digits, pesos } = ODOO_CURRENCIES[currency];
  if (currency === 'CLP') return [...lines];
  const convert = (amount: number): number => Math.round((amount * 10 ** digits) / pesos);
  return lines.map((line) => ({ ...line, priceUnit: convert(line.priceUnit), subtotal: convert(line.subtotal), tax: convert(line.tax) }));
}
