import type { OdooClient } from '../client.ts';
import { readCompanies, readCurrencies } from '../companies.ts';
import { collect } from '../mapping/collect.ts';
import { mapExchangeRate, RATE_FIELDS, RATE_REQUIRED, type RateFacts } from '../mapping/exchange-rate.ts';
import type { OdooSettings } from '../settings.ts';
import { windowedStream } from '../windowed-stream.ts';

export const exchangeRates = windowedStream<RateFacts>({
  name: 'exchange_rates',
  description: "Exchange rates of the companies' own table, the UF among them",
  entities: ['exchange_rate'],
  model: 'res.currency.rate',
  intervalSeconds: 3600,
  pageSize: 2000,
  required: RATE_REQUIRED,
  wanted: () => RATE_FIELDS,
  shared: true,
  businessField: 'create_date',
  rows: { at: 'source_created_at' },
  prepare: readRateFacts,
  map: (records, facts) => collect(records, (record) => mapExchangeRate(record, facts)),
});

async function readRateFacts(client: OdooClient, settings: OdooSettings): Promise<RateFacts> {
  const companies = await readCompanies(client, settings.company_id);
  const companyCurrency = new Map(companies.map((company) => [company.id, company.currencyId]));
  return {
    currencies: await readCurrencies(client),
    companyCurrency,
    firstCurrency: companyCurrency.get(settings.company_id[0] ?? 0) ?? 0,
  };
}
