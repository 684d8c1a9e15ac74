import { naiveOf, stampOf } from './instants.ts';
import { minorText } from './minor-text.ts';
import type { Minor } from './model.ts';
import type { OdooOrder, OdooOrderLine } from './odoo-model.ts';
import type { Random } from './random.ts';

/** Currencies of the database: their ids, decimals and, for amounts made up in the world, an even rate in pesos. */
export const ODOO_CURRENCIES = {
  CLP: { id: 45, digits: 0, pesos: 1 },
  USD: { id: 1, digits: 2, pesos: 950 },
  EUR: { id: 125, digits: 2, pesos: 1020 },
  UF: { id: 172, digits: 2, pesos: 39_500 },
} as const;
export type OdooCurrency = keyof typeof ODOO_CURRENCIES;

/** Taxes each company has, and their ids by company. */
export type TaxName = 'iva' | 'ila' | 'exempt';
export const taxId = (name: TaxName, companyId: number): number => companyId * 10 + { iva: 1, ila: 2, exempt: 3 }[name];

/** One line before it has an id. `subtotal` is without tax, in minor units of the order's currency. */
export interface LineSketch {
  readonly productId: number | null;
  readonly name: string;
  readonly quantity: number;
  readonly priceUnit: Minor;
  readonly discountPercent?: number;
  readonly subtotal: Minor;
  readonly tax: Minor;
  readonly taxes: readonly TaxName[];
  /** The product's own, where it is not said. */
  readonly unitId?: number;
  readonly kind?: 'delivery' | 'down payment' | 'gift card payment' | 'section' | 'note';
}

/** One sale order before it has an id. */
export interface OrderSketch {
  /** Where in the sequence of ids it stands: documents of all companies share one, sorted by this. */
  readonly rank: number;
  /** Null for the next number of the sequence (S00021). */
  readonly name: string | null;
  readonly state: OdooOrder['state'];
  readonly locked?: boolean;
  readonly partnerId: number;
  readonly companyId: number;
  readonly currency: OdooCurrency;
  readonly date: number;
  readonly created: number;
  readonly written: number;
  readonly microseconds: number;
  readonly clientOrderRef?: string | null;
  readonly origin?: string | null;
  readonly shopifyOrderId?: string | null;
  readonly websiteId?: number | null;
  /** Its sales team, where it is another than the company's. */
  readonly teamId?: number;
  readonly invoiceStatus: OdooOrder['invoiceStatus'];
  readonly deliveryStatus: OdooOrder['deliveryStatus'];
  readonly lines: readonly LineSketch[];
}

/** A sketch's order id, known once the book is closed. */
export interface Entry {
  id: number;
}

/** Collects the sale orders of a whole database and numbers them and their lines in one sequence. */
export class OdooBook {
  readonly #entries: { sketch: OrderSketch; entry: Entry; turn: number }[] = [];

  add(sketch: OrderSketch): Entry {
    const entry: Entry = { id: 0 };
    this.#entries.push({ sketch, entry, turn: this.#entries.length });
    return entry;
  }

  /** Ids rise with rank, with the gaps that deleted quotations leave. */
  close(random: Random, productUnit: (productId: number) => number): { orders: OdooOrder[]; orderLines: OdooOrderLine[] } {
    const orders: OdooOrder[] = [];
    const orderLines: OdooOrderLine[] = [];
    let orderId = 20;
    let lineId = 50;
    for (const { sketch, entry } of this.#entries.toSorted((a, b) => a.sketch.rank - b.sketch.rank || a.turn - b.turn)) {
      orderId += random.chance(0.02) ? 2 : 1;
      entry.id = orderId;
      orders.push(orderOf(sketch, orderId));
      for (const [index, line] of sketch.lines.entries()) {
        lineId += random.chance(0.02) ? 3 : 1;
        orderLines.push(lineOf(sketch, line, { id: lineId, orderId, sequence: 10 + index, productUnit }));
      }
    }
    return { orders, orderLines };
  }
}

function orderOf(sketch: OrderSketch, id: number): OdooOrder {
  const digits = ODOO_CURRENCIES[sketch.currency].digits;
  const untaxed = sketch.lines.reduce((sum, line) => sum + line.subtotal, 0);
  const tax = sketch.lines.reduce((sum, line) => sum + line.tax, 0);
  return {
    id,
    name: sketch.name ?? `S${String(id).padStart(5, '0')}`,
    state: sketch.state,
    locked: sketch.locked ?? false,
    partnerId: sketch.partnerId,
    companyId: sketch.companyId,
    currencyId: ODOO_CURRENCIES[sketch.currency].id,
    dateOrder: naiveOf(sketch.date),
    createDate: stampOf(sketch.created, sketch.microseconds),
    writeDate: stampOf(sketch.written, sketch.microseconds + 7919),
    clientOrderRef: sketch.clientOrderRef ?? null,
    origin: sketch.origin ?? null,
    shopifyOrderId: sketch.shopifyOrderId ?? null,
    websiteId: sketch.websiteId ?? null,
    // The other tenant has no sales teams.
    teamId: sketch.companyId === 2 ? null : (sketch.teamId ?? (sketch.websiteId === undefined || sketch.websiteId === null ? 1 : 2)),
    amountUntaxed: minorText(untaxed, digits),
    amountTax: minorText(tax, digits),
    amountTotal: minorText(untaxed + tax, digits),
    invoiceStatus: sketch.invoiceStatus,
    deliveryStatus: sketch.deliveryStatus,
  };
}

function lineOf(
  sketch: OrderSketch,
  line: LineSketch,
  { productUnit, ...at }: { id: number; orderId: number; sequence: number; productUnit: (productId: number) => number },
): OdooOrderLine {
  const { id, digits } = ODOO_CURRENCIES[sketch.currency];
  return {
    id: at.id,
    orderId: at.orderId,
    companyId: sketch.companyId,
    currencyId: id,
    sequence: at.sequence,
    productId: line.productId,
    name: line.name,
    displayType: line.kind === 'section' ? 'line_section' : line.kind === 'note' ? 'line_note' : null,
    isDelivery: line.kind === 'delivery',
    isDownpayment: line.kind === 'down payment',
    isGiftCardPayment: line.kind === 'gift card payment',
    quantity: line.quantity,
    unitId: line.productId === null ? null : (line.unitId ?? productUnit(line.productId)),
    taxIds: line.taxes.map((name) => taxId(name, sketch.companyId)),
    priceUnit: minorText(line.priceUnit, digits),
    discount: String(line.discountPercent ?? 0),
    priceSubtotal: minorText(line.subtotal, digits),
    priceTax: minorText(line.tax, digits),
    priceTotal: minorText(line.subtotal + line.tax, digits),
    createDate: stampOf(sketch.created, sketch.microseconds),
    writeDate: stampOf(sketch.written, sketch.microseconds + 7919),
  };
}
