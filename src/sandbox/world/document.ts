import type { Decimal } from './decimal.ts';

/** A sales document as it must arrive: the canonical reading of what one source states. Ids are source ids; times epoch milliseconds. */
export interface SalesDocument {
  readonly source: 'shopify' | 'odoo';
  readonly id: string;
  readonly name: string;
  readonly status: 'quotation' | 'open' | 'completed' | 'refunded' | 'cancelled';
  readonly excludedBecause: 'test' | 'intercompany' | 'gift_card_only' | 'zero_value' | 'settlement' | null;
  readonly paymentState: 'unpaid' | 'partial' | 'paid' | null;
  readonly sourceStatus: string;
  /** What the document itself says, where its status follows from other documents too. */
  readonly statedStatus?: SalesDocument['status'];
  /** Invoiced less credited, in the tenant's currency; null where nothing was ever invoiced. */
  readonly invoiced?: Decimal | null;
  readonly cancelledButInvoiced?: boolean;
  /** The date it is of, where it states no time. */
  readonly createdOn?: string;
  /** The invoice that it is, and the order of which it is that. */
  readonly invoiceId?: string;
  readonly invoicedOrderId?: string;
  readonly time: number;
  readonly cancelled: number | null;
  /** ISO code. */
  readonly currency: string;
  readonly total: Decimal;
  readonly tax: Decimal;
  readonly products: Decimal;
  readonly shipping: Decimal;
  readonly discount: Decimal;
  readonly iva: Decimal;
  readonly exempt: Decimal;
  /** What the shop's own ledger adds up to; null where there is none. */
  readonly ledger: Decimal | null;
  readonly customerId: string | null;
  /** The record of whom the document is to be made out to. */
  readonly billedToId?: string | null;
  readonly channel: string;
  readonly shop: string | null;
  readonly company: string | null;
  readonly shopOrderId: string | null;
  readonly shopOrderName: string | null;
  /** All numbers it cites, where they are several. */
  readonly shopOrderNames?: readonly string[] | null;
  readonly shopOrderPrefix?: string | null;
  readonly shopOrderStores?: readonly string[] | null;
  readonly lines: readonly DocumentLine[];
  readonly refunds: readonly DocumentRefund[];
  readonly payments: readonly DocumentPayment[];
}

export interface DocumentLine {
  readonly id: string;
  readonly kind: 'product' | 'shipping' | 'discount' | 'tip' | 'gift_card' | 'reward' | 'down_payment' | 'section' | 'other';
  readonly productId: string | null;
  readonly sku: string | null;
  readonly name: string;
  readonly quantity: Decimal;
  /** In the product's own unit; null for what is no product, or where the units do not convert. */
  readonly units: Decimal | null;
  readonly unitsUnknown: 'unit_of_other_kind' | null;
  readonly unitPrice: Decimal;
  /** With tax, after all discounts. */
  readonly amount: Decimal;
  readonly tax: Decimal;
  readonly iva: Decimal;
  readonly exempt: Decimal;
  readonly discount: Decimal;
}

export interface DocumentRefund {
  readonly id: string;
  readonly time: number;
  readonly amount: Decimal;
  readonly tax: Decimal;
  /** Null where the source does not say. */
  readonly paidBack: Decimal | null;
  /** The date it is of, where it states no time. */
  readonly on?: string;
  /** The credit note that it is. */
  readonly invoiceId?: string;
  /** Whether another document stands in its place: then nothing was given back. */
  readonly replaced?: boolean;
  readonly lines: readonly {
    readonly id: string;
    readonly lineId: string;
    readonly quantity: Decimal;
    readonly amount: Decimal;
    readonly tax: Decimal;
  }[];
}

export interface DocumentPayment {
  readonly id: string;
  readonly time: number;
  readonly kind: string;
  readonly status: string;
  readonly gateway: string;
  readonly isTest: boolean;
  readonly amount: Decimal;
}

/** The sum of some lines' part. */
export function total<T>(items: readonly T[], part: (item: T) => Decimal): Decimal {
  return items.reduce((sum, item) => sum + part(item), 0n);
}
