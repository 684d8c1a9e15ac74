/** Amounts are whole minor units of their currency (CLP 0 decimals, USD 2): a safe integer, never a fraction. */
export type Minor = number;
/** UTC instant, ISO 8601 with `Z`. */
export type Instant = string;

/** A shop of a company, and what in the ERP it calls its own: what stands before its order numbers, and what its orders belong to. */
export interface TenantShop {
  /** Its myshopify domain. */
  readonly domain: string;
  readonly prefixes: readonly string[];
  readonly stores: readonly string[];
}

/** One company of the simulated business and where its data live. */
export interface WorldTenant {
  readonly rut: string;
  readonly companyName: string;
  readonly currency: 'CLP' | 'USD';
  readonly timeZone: string;
  readonly industry: 'retail' | 'services' | 'restaurants';
  /** Its shops, the main one first. */
  readonly shops: readonly TenantShop[];
  /** Odoo database name, the tenant's main company of that database, and its other companies there, if any. */
  readonly odoo: { readonly database: string; readonly companyId: number; readonly sisterCompanyIds?: readonly number[] } | null;
  /** Chatwoot account id, if any. */
  readonly chatwoot: number | null;
  /** Tag of its workflows in the n8n instance, if any. */
  readonly n8n: { readonly instance: string; readonly tag: string } | null;
}

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
