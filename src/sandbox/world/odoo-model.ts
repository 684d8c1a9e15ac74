import type { OdooBooks } from './odoo-account-model.ts';
import type { OdooMeasures } from './odoo-measures.ts';

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
