import type { Notice } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import { readCompanies, readCompanyPartners, readCurrencies } from './companies.ts';
import { readLoyalty } from './loyalty.ts';
import type { OrderFacts } from './mapping/order.ts';
import { skuOf } from './mapping/product.ts';
import { SHOP_ORDER_ID_FIELDS } from './mapping/shop-reference.ts';
import { char, many2one, maybe, recordId } from './raw-values.ts';
import type { OdooSettings } from './settings.ts';

/** What mapping sales needs beside them. The SKUs grow with the pages read. */
export interface SaleFacts extends OrderFacts {
  readonly skus: Map<number, string | null>;
  readonly notices: readonly Notice[];
}

const withProduct = z.object({ product_id: maybe(many2one) });
const withSku = z.object({ id: recordId, default_code: maybe(char) });

/** @throws SourceError */
export async function readSaleFacts(client: OdooClient, settings: OdooSettings): Promise<SaleFacts> {
  const companies = await readCompanies(client, settings.company_id);
  const { loyalty, notices } = await readLoyalty(client);
  return {
    currencies: await readCurrencies(client),
    companyPartners: await readCompanyPartners(client, companies),
    loyalty,
    shopOrderIdFields: shopOrderIdFields(settings),
    skus: new Map(),
    notices,
  };
}

/** The configured field first, then the usual ones. */
export function shopOrderIdFields(settings: OdooSettings): readonly string[] {
  const own = settings.shop_order_id_field;
  return own === undefined ? SHOP_ORDER_ID_FIELDS : [own, ...SHOP_ORDER_ID_FIELDS.filter((field) => field !== own)];
}

/** Reads the SKUs of products that these lines name and that are not known yet. @throws SourceError */
export async function learnSkus(client: OdooClient, lines: readonly unknown[], skus: Map<number, string | null>): Promise<void> {
  const named = lines.map((line) => withProduct.safeParse(line)).flatMap((line) => (line.success ? [line.data.product_id] : []));
  const unknown = [...new Set(named)].filter((id) => id !== null).filter((id) => !skus.has(id));
  if (unknown.length === 0) return;
  const rows = await client.searchRead('product.product', { domain: [['id', 'in', unknown]], fields: ['id', 'default_code'] });
  // A product that was deleted or belongs to a company out of reach is not asked for again.
  for (const id of unknown) skus.set(id, null);
  for (const row of rows) {
    const parsed = withSku.safeParse(row);
    if (parsed.success) skus.set(parsed.data.id, skuOf(parsed.data.default_code));
  }
}
