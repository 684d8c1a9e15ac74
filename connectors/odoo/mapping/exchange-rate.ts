import type { DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { significant } from '../amount.ts';
import type { Currency } from '../companies.ts';
import { date, datetime, many2one, maybe, number, recordId } from '../raw-values.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  name: date,
  currency_id: many2one,
  company_id: maybe(many2one),
  inverse_company_rate: number,
  create_date: maybe(datetime),
  write_date: datetime,
});

export const RATE_REQUIRED = ['name', 'currency_id', 'inverse_company_rate', 'write_date'];
export const RATE_FIELDS = Object.keys(schema.shape);

export interface RateFacts {
  readonly currencies: ReadonlyMap<number, Currency>;
  /** Company → its currency. */
  readonly companyCurrency: ReadonlyMap<number, number>;
  /** Currency of the first company of the call, by which Odoo computes a rate without a company. */
  readonly firstCurrency: number;
}

/** A rate: units of the company's currency per unit of the other, from its day on until the next. */
export function mapExchangeRate(
  raw: unknown,
  facts: RateFacts,
): { readonly draft: DraftFor<'exchange_rate'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'exchange_rate', RATE_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('exchange_rate', raw, reason, RATE_FIELDS) });
  if (row.name === null || row.currency_id === null) return refuse('lacks its day or currency');
  if (row.inverse_company_rate <= 0) return refuse('is not above zero');
  const baseId = row.company_id === null ? facts.firstCurrency : facts.companyCurrency.get(row.company_id);
  const currency = facts.currencies.get(row.currency_id);
  const base = baseId === undefined ? undefined : facts.currencies.get(baseId);
  if (currency === undefined || base === undefined) return refuse('its currencies cannot be read');
  const rate = significant(row.inverse_company_rate);
  if (currency.code === 'CLF' && base.code === 'CLP' && !isPlausibleUf(row.inverse_company_rate, row.name)) {
    return refuse(`says that one UF is ${rate} pesos: is it the wrong way round?`);
  }
  return {
    draft: {
      entity: 'exchange_rate',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: row.write_date,
      fields: {
        currency: currency.code,
        base_currency: base.code,
        rate_date: row.name,
        rate,
        company: row.company_id === null ? null : String(row.company_id),
      },
      raw: whitelisted(raw, RATE_FIELDS),
    },
  };
}

/** The UF has been between these since 2022, and lower, but not so much, before: a rate stated the wrong way round would make sales vanish. */
function isPlausibleUf(pesos: number, day: string): boolean {
  return pesos >= (day >= '2022-01-01' ? 30_000 : 1_000) && pesos <= 60_000;
}
