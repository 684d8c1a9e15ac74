import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { readCompanies, readCurrencies } from '../companies.ts';
import { collect } from '../mapping/collect.ts';
import { mapPayment, PAYMENT_FIELDS, PAYMENT_REQUIRED, type PaymentFacts } from '../mapping/payment.ts';
import { char, recordId } from '../raw-values.ts';
import type { OdooSettings } from '../settings.ts';
import { windowedStream } from '../windowed-stream.ts';

/** Payments of customers, and what is paid back to them. */
export const payments = windowedStream<PaymentFacts>({
  name: 'payments',
  description: 'Payments of customers and what is paid back to them, by journal',
  entities: ['payment'],
  model: 'account.payment',
  intervalSeconds: 900,
  pageSize: 1000,
  required: PAYMENT_REQUIRED,
  wanted: () => PAYMENT_FIELDS,
  shared: false,
  domain: [['partner_type', '=', 'customer']],
  businessField: 'date',
  rows: null,
  totalled: { at: 'payment_date', money: { amount: 'amount_source', currency: 'currency_source' } },
  amountField: 'amount',
  businessDays: true,
  fromField: 'date',
  // Until 17 its state, date and memo are those of its entry, and a change of them is a change of the entry alone.
  alsoChanged: 'move_id.write_date',
  withoutRight: {
    en: 'what the gateways paid cannot be compared with the books.',
    es: 'lo que pagaron las pasarelas no se puede comparar con los libros.',
  },
  prepare: readPaymentFacts,
  map: (records, facts) => collect(records, (record) => mapPayment(record, facts)),
});

const rawJournal = z.object({ id: recordId, name: char });

async function readPaymentFacts(client: OdooClient, settings: OdooSettings): Promise<PaymentFacts> {
  const companies = await readCompanies(client, settings.company_id);
  const rows = await client.searchRead('account.journal', {
    domain: [['company_id', 'in', settings.company_id]],
    fields: ['id', 'name'],
  });
  const journals = rows.map((row) => rawJournal.safeParse(row)).flatMap((row) => (row.success ? [row.data] : []));
  return {
    currencies: await readCurrencies(client),
    companyCurrency: new Map(companies.map((company) => [company.id, company.currencyId])),
    journals: new Map(journals.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]))),
  };
}
