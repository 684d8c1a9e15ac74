import type { Instant, Minor } from './model.ts';
import type { ShopCheckout, ShopGuest } from './shop-checkout.ts';
import type { ShopInventoryLevel } from './shop-inventory-level.ts';
import type { ShopPaymentsAccount } from './shop-payouts.ts';

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
  /** Tax id typed at the checkout, as typed, and where it is kept: Shopify's own field (TAX_CREDENTIAL_CL) or an attribute of an app. */
  readonly taxId: string | null;
  readonly taxIdIn: 'localized field' | 'attribute';
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
