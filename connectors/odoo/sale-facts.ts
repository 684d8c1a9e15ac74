import { SourceError, type Notice } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import { readCompanies, readCompanyPartners, readCurrencies } from './companies.ts';
import { readLoyalty } from './loyalty.ts';
import type { OrderFacts } from './mapping/order.ts';
import type { LineProduct } from './mapping/order-line.ts';
import { skuOf } from './mapping/product.ts';
import { SHOP_ORDER_ID_FIELDS, SHOP_STORE_FIELDS } from './mapping/shop-reference.ts';
import { NOTICES } from './notices.ts';
import { char, many2one, maybe, recordId } from './raw-values.ts';
import type { OdooSettings } from './settings.ts';
import { readTaxes } from './taxes.ts';
import { readUnits } from './units.ts';

/** What mapping sales needs beside them. The products grow with the pages read. */
export interface SaleFacts extends OrderFacts {
  readonly products: Map<number, LineProduct>;
  readonly notices: readonly Notice[];
}

const withProduct = z.object({ product_id: maybe(many2one) });
const rawProduct = z.object({ id: recordId, default_code: maybe(char), uom_id: maybe(many2one) });
const rawTeam = z.object({ id: recordId, name: char });

/** @throws SourceError */
export async function readSaleFacts(client: OdooClient, settings: OdooSettings): Promise<SaleFacts> {
  const companies = await readCompanies(client, settings.company_id);
  const loyalty = await readLoyalty(client);
  const { taxes, notices } = await readTaxes(client);
  const units = await readUnits(client);
  return {
    currencies: await readCurrencies(client),
    companyPartners: await readCompanyPartners(client, companies),
    loyalty: loyalty.loyalty,
    taxes,
    units,
    tips: new Set(settings.tip_codes.map((code) => code.toUpperCase())),
    teams: await readTeams(client),
    shopOrderIdFields: shopOrderIdFields(settings),
    shopStoreFields: shopStoreFields(settings),
    shopReferencePrefixes: settings.shop_reference_prefixes,
    products: new Map(),
    notices: [...loyalty.notices, ...notices, ...(units === null ? [NOTICES.unitsUnreadable] : [])],
  };
}

/** The configured field first, then the usual ones. */
export const shopOrderIdFields = (settings: OdooSettings): readonly string[] =>
  ownFirst(settings.shop_order_id_field, SHOP_ORDER_ID_FIELDS);
/** The same of the fields that say of which shop an order is. */
export const shopStoreFields = (settings: OdooSettings): readonly string[] => ownFirst(settings.shop_store_field, SHOP_STORE_FIELDS);

function ownFirst(own: string | undefined, usual: readonly string[]): readonly string[] {
  return own === undefined ? usual : [own, ...usual.filter((field) => field !== own)];
}

/** Reads SKU and unit of the products that these lines name and that are not known yet. @throws SourceError */
export async function learnProducts(client: OdooClient, lines: readonly unknown[], products: Map<number, LineProduct>): Promise<void> {
  const named = lines.map((line) => withProduct.safeParse(line)).flatMap((line) => (line.success ? [line.data.product_id] : []));
  const unknown = [...new Set(named)].filter((id) => id !== null).filter((id) => !products.has(id));
  if (unknown.length === 0) return;
  const fields = ['id', 'default_code', 'uom_id'];
  const rows = await client.searchRead('product.product', { domain: [['id', 'in', unknown]], fields });
  // A product that was deleted or belongs to a company out of reach is not asked for again.
  for (const id of unknown) products.set(id, { sku: null, unit: null });
  for (const row of rows) {
    const parsed = rawProduct.safeParse(row);
    if (parsed.success) products.set(parsed.data.id, { sku: skuOf(parsed.data.default_code), unit: parsed.data.uom_id });
  }
}

/** Sales teams are a channel of sale; none where they cannot be read. */
export async function readTeams(client: OdooClient): Promise<ReadonlyMap<number, string>> {
  try {
    if ((await client.fields('crm.team')) === null) return new Map();
    const rows = await client.searchRead('crm.team', { domain: [], fields: ['id', 'name'] });
    const parsed = rows.map((row) => rawTeam.safeParse(row)).flatMap((row) => (row.success ? [row.data] : []));
    return new Map(parsed.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'forbidden') throw error;
    return new Map();
  }
}
