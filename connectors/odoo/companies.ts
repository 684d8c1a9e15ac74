import { SourceError } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import { many2one, recordId } from './raw-values.ts';

export interface Currency {
  /** ISO code, or Odoo's own word where there is none (UTM). */
  readonly code: string;
  /** Places its amounts are rounded to (CLP 0, USD 2). */
  readonly places: number;
}

export interface Company {
  readonly id: number;
  readonly partnerId: number;
  readonly currencyId: number;
}

export const rawCurrency = z.object({ id: recordId, name: z.string().min(1), decimal_places: z.int().min(0).max(12) });
const rawCompany = z.object({ id: recordId, partner_id: many2one, currency_id: many2one });
const rawPartner = z.object({ id: recordId });

/** Odoo calls the unidad de fomento `UF`; its ISO code is CLF. */
export function currencyCode(name: string): string {
  const code = name.trim().toUpperCase();
  return code === 'UF' ? 'CLF' : code;
}

/** The companies of this connection. @throws SourceError (config) when one cannot be read */
export async function readCompanies(client: OdooClient, ids: readonly number[]): Promise<readonly Company[]> {
  const rows = await client.searchRead('res.company', { domain: [['id', 'in', ids]], fields: ['id', 'partner_id', 'currency_id'] });
  const companies = rows.flatMap((row) => {
    const parsed = rawCompany.safeParse(row);
    if (!parsed.success || parsed.data.partner_id === null || parsed.data.currency_id === null) return [];
    return [{ id: parsed.data.id, partnerId: parsed.data.partner_id, currencyId: parsed.data.currency_id }];
  });
  const lacking = ids.filter((id) => !companies.some((company) => company.id === id));
  if (lacking.length === 0) return companies;
  throw new SourceError({
    kind: 'config',
    code: 'company_forbidden',
    message: `odoo res.company: company ${lacking.join(', ')} does not exist or may not be read`,
    advice: 'Add it to the allowed companies of the integration user, or correct company_id: kpi connect odoo',
  });
}

/** Every currency by id, inactive ones too (`active_test` is off): old documents keep theirs. @throws SourceError */
export async function readCurrencies(client: OdooClient): Promise<ReadonlyMap<number, Currency>> {
  const rows = await client.searchRead('res.currency', { domain: [], fields: ['id', 'name', 'decimal_places'] });
  const parsed = rows.map((row) => rawCurrency.safeParse(row)).filter((row) => row.success);
  return new Map(parsed.map(({ data }) => [data.id, { code: currencyCode(data.name), places: data.decimal_places }]));
}

/** The partners that are these companies: their own and its contacts and addresses. @throws SourceError */
export async function readCompanyPartners(client: OdooClient, companies: readonly Company[]): Promise<ReadonlySet<number>> {
  const own = companies.map((company) => company.partnerId);
  const rows = await client.searchRead('res.partner', { domain: [['commercial_partner_id', 'in', own]], fields: ['id'] });
  const ids = rows.map((row) => rawPartner.safeParse(row)).flatMap((row) => (row.success ? [row.data.id] : []));
  return new Set([...own, ...ids]);
}
