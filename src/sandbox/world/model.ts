import type { OdooBooks } from './odoo-account-model.ts';
import type { OdooMeasures } from './odoo-measures.ts';
import type { ShopCheckout, ShopGuest } from './shop-checkout.ts';
import type { ShopInventoryLevel } from './shop-inventory-level.ts';
import type { ShopPaymentsAccount } from './shop-payouts.ts';

/** Amounts are whole minor units of their currency (CLP 0 decimals, USD 2): a safe integer, never a fraction. */
export type Minor = number;
/** UTC instant, ISO 8601 with `Z`. */
export type Instant = string;

/** One company of the simulated business and where its data live. */
export interface WorldTenant {
  readonly rut: string;
  readonly companyName: string;
  readonly currency: 'CLP' | 'USD';
  readonly timeZone: string;
  readonly industry: 'retail' | 'services' | 'restaurants';
  /** myshopify domain of its shop, if any. */
  readonly shop: string | null;
  /** Odoo database name, the tenant's main company of that database, and its other companies there, if any. */
  readonly odoo: { readonly database: string; readonly companyId: number; readonly sisterCompanyIds?: readonly number[] } | null;
  /** Chatwoot account id, if any. */
  readonly chatwoot: number | null;
  /** Tag of its workflows in the n8n instance, if any. */
  readonly n8n: { readonly instance: string; readonly tag: string } | null;
}

/* ---------------------------------------------------------------- Shopify: what a shop knows */

export interface Shop {
  readonly domain: string;
  readonly name: string;
  readonly accessToken: string;
  readonly currency: 'CLP' | 'USD';
  readonly timeZone: string;
  readonly taxesIncluded: boolean;
  readonly scopes: string[];
  readonly createdAt: Instant;
  readonly locations: ShopLocation[];
  readonly products: ShopProduct[];
  readonly inventory: ShopInventoryLevel[];
  readonly customers: ShopCustomer[];
  readonly orders: ShopOrder[];
  readonly checkouts: ShopCheckout[];
  /** Null where card payments are a gateway's. */
  readonly payments: ShopPaymentsAccount | null;
}

export interface ShopLocation {
  readonly id: number;
  name: string;
  isActive: boolean;
  readonly createdAt: Instant;
  updatedAt: Instant;
}

export interface ShopProduct {
  readonly id: number;
  title: string;
  readonly handle: string;
  readonly vendor: string;
  readonly productType: string;
  status: 'ACTIVE' | 'ARCHIVED' | 'DRAFT';
  readonly isGiftCard: boolean;
  readonly createdAt: Instant;
  updatedAt: Instant;
  readonly variants: ShopVariant[];
}

export interface ShopVariant {
  readonly id: number;
  sku: string | null;
  barcode: string | null;
  title: string;
  price: Minor;
  readonly inventoryItemId: number;
  readonly tracked: boolean;
  readonly createdAt: Instant;
  updatedAt: Instant;
}

export interface ShopCustomer {
  readonly id: number;
  readonly email: string | null;
  readonly phone: string | null;
  readonly rut: string | null;
  readonly city: string;
  readonly province: string;
  readonly company: boolean;
  readonly createdAt: Instant;
  updatedAt: Instant;
}

export interface ShopOrder {
  readonly id: number;
  readonly number: number;
  /** "#1001" */
  readonly name: string;
  readonly createdAt: Instant;
  readonly processedAt: Instant;
  updatedAt: Instant;
  cancelledAt: Instant | null;
  cancelReason: 'CUSTOMER' | 'INVENTORY' | 'OTHER' | null;
  closedAt: Instant | null;
  readonly test: boolean;
  edited: boolean;
  /** What an edit did after the order was placed: pieces of one line added, or (below zero) taken out. */
  readonly edit: { readonly lineId: number; readonly units: number } | null;
  financialStatus: 'PENDING' | 'AUTHORIZED' | 'PAID' | 'PARTIALLY_PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED' | 'VOIDED' | 'EXPIRED';
  fulfillmentStatus: 'UNFULFILLED' | 'PARTIALLY_FULFILLED' | 'FULFILLED' | 'FULFILLMENT_NOT_REQUIRED';
  /** A word, or the number of the app that made the order. */
  readonly sourceName: 'web' | 'pos' | 'shopify_draft_order' | '1424624641';
  readonly appName: string | null;
  readonly customerId: number | null;
  readonly guest: ShopGuest | null;
  /** Tax id typed at the checkout (localizedFields TAX_CREDENTIAL_CL), as typed. */
  readonly taxId: string | null;
  readonly lines: ShopLine[];
  readonly shippingLines: ShopShippingLine[];
  readonly tip: Minor;
  readonly transactions: ShopTransaction[];
  readonly refunds: ShopRefund[];
}

/** Prices include tax when the shop's do. */
export interface ShopLine {
  readonly id: number;
  readonly productId: number | null;
  readonly variantId: number | null;
  readonly sku: string | null;
  readonly title: string;
  readonly quantity: number;
  /** Quantity after removals by edits and refunds. */
  currentQuantity: number;
  readonly unitPrice: Minor;
  /** All discount allocated to the line: its own and its share of the order's. */
  readonly discount: Minor;
  readonly isGiftCard: boolean;
  /** Tax within (or on top of, when the shop's prices exclude it) quantity × unitPrice − discount. */
  readonly tax: Minor;
  /** The part of it that is not IVA: the tax on alcohol (ILA). */
  readonly otherTax: Minor;
  /** 0.19, 0.395 with ILA, or 0 for exempt lines; as text so that it is never computed with. */
  readonly taxRate: string;
}

export interface ShopShippingLine {
  readonly id: number;
  readonly title: string;
  readonly price: Minor;
  readonly discount: Minor;
  readonly tax: Minor;
}

export interface ShopTransaction {
  readonly id: number;
  readonly kind: 'SALE' | 'AUTHORIZATION' | 'CAPTURE' | 'REFUND' | 'VOID';
  readonly status: 'SUCCESS' | 'PENDING' | 'FAILURE' | 'ERROR';
  readonly gateway: string;
  readonly amount: Minor;
  readonly createdAt: Instant;
  readonly processedAt: Instant;
  readonly parentId: number | null;
}

export interface ShopRefund {
  readonly id: number;
  readonly createdAt: Instant;
  readonly processedAt: Instant;
  /** subtotal: value of the returned quantity as the line carries it (with tax when prices include it); tax: the part of it that is tax. */
  readonly lines: {
    readonly id: number;
    readonly lineId: number;
    readonly quantity: number;
    readonly subtotal: Minor;
    readonly tax: Minor;
  }[];
  readonly shipping: { readonly id: number; readonly shippingLineId: number; readonly subtotal: Minor; readonly tax: Minor }[];
  /** As Shopify states them: below zero is money given beyond the returned goods and shipping. */
  readonly adjustments: { readonly id: number; readonly reason: string; readonly amount: Minor; readonly tax: Minor }[];
  /** Ids of the order's REFUND transactions that belong to it. */
  readonly transactionIds: number[];
}

/* ---------------------------------------------------------------- Odoo: what a database knows */

export interface OdooDatabase extends OdooBooks {
  readonly name: string;
  readonly uuid: string;
  readonly version: '19.0' | '16.0';
  readonly users: OdooUser[];
  readonly companies: {
    readonly id: number;
    readonly name: string;
    readonly partnerId: number;
    readonly currencyId: number;
    readonly rut: string;
  }[];
  readonly currencies: {
    readonly id: number;
    readonly name: string;
    readonly decimalPlaces: number;
    readonly rounding: string;
    writeDate: OdooStamp;
  }[];
  readonly currencyRates: OdooRate[];
  readonly measures: OdooMeasures;
  readonly partners: OdooPartner[];
  readonly products: OdooProduct[];
  readonly locations: OdooLocation[];
  readonly quants: OdooQuant[];
  readonly orders: OdooOrder[];
  readonly orderLines: OdooOrderLine[];
}

/** Naive UTC with microseconds ("2026-11-23 21:22:00.250640"); the API shows whole seconds. */
export type OdooStamp = string;

export interface OdooUser {
  readonly id: number;
  readonly login: string;
  readonly apiKey: string;
  readonly companyIds: number[];
}

export interface OdooRate {
  readonly id: number;
  readonly currencyId: number;
  readonly companyId: number;
  /** The date it holds from, `YYYY-MM-DD`. */
  readonly day: string;
  /** Company currency per unit (`inverse_company_rate`), as a decimal string. */
  readonly inverseCompanyRate: string;
  readonly createDate: OdooStamp;
  readonly writeDate: OdooStamp;
}

export interface OdooPartner {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** RUT as typed. */
  readonly vat: string | null;
  readonly isCompany: boolean;
  readonly city: string | null;
  readonly stateName: string | null;
  readonly commercialPartnerId: number;
  readonly companyId: number | null;
  active: boolean;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooProduct {
  readonly id: number;
  readonly templateId: number;
  readonly name: string;
  readonly defaultCode: string | null;
  readonly barcode: string | null;
  readonly type: 'consu' | 'service' | 'combo';
  readonly isStorable: boolean;
  readonly unitId: number;
  /** In the database's main currency, decimal string. */
  readonly listPrice: string;
  readonly companyId: number | null;
  active: boolean;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooLocation {
  readonly id: number;
  readonly name: string;
  readonly completeName: string;
  readonly usage: 'internal' | 'customer' | 'supplier' | 'inventory' | 'transit' | 'view';
  readonly companyId: number | null;
  active: boolean;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooQuant {
  readonly id: number;
  readonly productId: number;
  readonly locationId: number;
  readonly companyId: number | null;
  readonly ownerId: number | null;
  quantity: number;
  reservedQuantity: number;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

export interface OdooOrder {
  readonly id: number;
  readonly name: string;
  state: 'draft' | 'sent' | 'sale' | 'done' | 'cancel';
  locked: boolean;
  readonly partnerId: number;
  readonly companyId: number;
  readonly currencyId: number;
  /** Naive UTC, whole seconds. */
  readonly dateOrder: string;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
  readonly clientOrderRef: string | null;
  readonly origin: string | null;
  /** Emipro-style field: the shop's numeric order id as text. */
  readonly shopifyOrderId: string | null;
  readonly websiteId: number | null;
  readonly teamId: number | null;
  /** Decimal strings in the order's currency. */
  amountUntaxed: string;
  amountTax: string;
  amountTotal: string;
  invoiceStatus: 'no' | 'to invoice' | 'invoiced' | 'upselling';
  deliveryStatus: 'pending' | 'started' | 'partial' | 'full' | null;
}

export interface OdooOrderLine {
  readonly id: number;
  readonly orderId: number;
  readonly companyId: number;
  readonly currencyId: number;
  readonly sequence: number;
  readonly productId: number | null;
  readonly name: string;
  readonly displayType: 'line_section' | 'line_note' | null;
  readonly isDelivery: boolean;
  readonly isDownpayment: boolean;
  /** Negative line of a gift card or eWallet used as payment (sale_loyalty). */
  readonly isGiftCardPayment: boolean;
  readonly quantity: number;
  readonly unitId: number | null;
  readonly taxIds: readonly number[];
  /** Decimal strings. */
  readonly priceUnit: string;
  readonly discount: string;
  readonly priceSubtotal: string;
  readonly priceTax: string;
  readonly priceTotal: string;
  readonly createDate: OdooStamp;
  writeDate: OdooStamp;
}

/* ---------------------------------------------------------------- What the warehouse must contain */

/**
 * One row the warehouse must hold. `values` are Postgres text in canonical form: numeric without trailing zeros, instants as
 * `YYYY-MM-DDTHH:MM:SS.ssssssZ`, dates `YYYY-MM-DD`, booleans `true|false`, text[] as a JSON array, null as null. A column
 * that references another record (`order_id`, `product_id` …) states that record's source id.
 */
export interface ExpectedRow {
  readonly rut: string;
  /** Schema-qualified, e.g. `public.source_orders`, `kpi.sales_daily`. */
  readonly table: string;
  readonly sourceId: string;
  readonly values: Readonly<Record<string, string | null>>;
}
