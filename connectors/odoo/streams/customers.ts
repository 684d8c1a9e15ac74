import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { collect } from '../mapping/collect.ts';
import { CUSTOMER_FIELDS, CUSTOMER_REQUIRED, mapCustomer, withState } from '../mapping/customer.ts';
import { char, recordId } from '../raw-values.ts';
import { windowedStream } from '../windowed-stream.ts';

const rawState = z.object({ id: recordId, name: char });

/** Partners. Names and addresses are not asked for; tax id, mail and phone only to recognise a returning customer. */
export const customers = windowedStream<Map<number, string>>({
  name: 'customers',
  description: 'Partners: kind, place and identity, without names and addresses',
  entities: ['customer'],
  model: 'res.partner',
  intervalSeconds: 900,
  pageSize: 1000,
  required: CUSTOMER_REQUIRED,
  wanted: () => CUSTOMER_FIELDS,
  shared: true,
  businessField: 'create_date',
  rows: { at: 'source_created_at' },
  prepare: async () => Promise.resolve(new Map<number, string>()),
  async map(records, stateNames, client) {
    await learnStates(client, records, stateNames);
    return collect(records, (record) => mapCustomer(record, stateNames));
  },
});

async function learnStates(client: OdooClient, partners: readonly unknown[], names: Map<number, string>): Promise<void> {
  const named = partners.map((partner) => withState.safeParse(partner)).flatMap((p) => (p.success ? [p.data.state_id] : []));
  const unknown = [...new Set(named)].filter((id) => id !== null).filter((id) => !names.has(id));
  if (unknown.length === 0) return;
  const rows = await client.searchRead('res.country.state', { domain: [['id', 'in', unknown]], fields: ['id', 'name'] });
  for (const row of rows) {
    const parsed = rawState.safeParse(row);
    if (parsed.success && parsed.data.name !== null) names.set(parsed.data.id, parsed.data.name);
  }
}
