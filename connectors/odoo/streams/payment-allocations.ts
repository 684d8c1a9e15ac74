import type { Draft, Reject } from '#contract';
import { z } from 'zod';
import type { OdooClient } from '../client.ts';
import { readCompanies, readCurrencies } from '../companies.ts';
import {
  ALLOCATION_FIELDS,
  ALLOCATION_REQUIRED,
  mapAllocation,
  type AllocationFacts,
  type BookLine,
} from '../mapping/payment-allocation.ts';
import { char, many2one, maybe, recordId } from '../raw-values.ts';
import { allById } from '../window.ts';
import { windowedStream, type Mapped } from '../windowed-stream.ts';

interface StreamFacts extends AllocationFacts {
  lines: ReadonlyMap<number, BookLine>;
}

/** Which part of a payment pays which document. Of a match that was undone nothing is left in Odoo: only a sweep finds it. */
export const paymentAllocations = windowedStream<StreamFacts>({
  name: 'payment_allocations',
  description: 'Which documents each payment pays, by partial reconciliation',
  entities: ['payment_allocation'],
  model: 'account.partial.reconcile',
  intervalSeconds: 900,
  pageSize: 1000,
  required: ALLOCATION_REQUIRED,
  wanted: () => ALLOCATION_FIELDS,
  shared: false,
  businessField: 'max_date',
  rows: null,
  businessDays: true,
  fromField: 'max_date',
  withoutRight: {
    en: 'which document a payment pays is not known.',
    es: 'no se sabe qué documento paga cada pago.',
  },
  async prepare(client, settings) {
    const companies = await readCompanies(client, settings.company_id);
    return {
      currencies: await readCurrencies(client),
      companyCurrency: new Map(companies.map((company) => [company.id, company.currencyId])),
      lines: new Map(),
    };
  },
  async map(records, facts, client) {
    return mapAllocations(records, { ...facts, lines: await linesOf(client, records) });
  },
});

/** Pure: matches of payments with documents as drafts; others are left out and counted. */
export function mapAllocations(records: readonly unknown[], facts: AllocationFacts): Mapped {
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  let others = 0;
  for (const record of records) {
    const mapped = mapAllocation(record, facts);
    if (mapped === null) others += 1;
    else if ('draft' in mapped) drafts.push(mapped.draft);
    else rejects.push(mapped.reject);
  }
  return { drafts, rejects, ...(others === 0 ? {} : { excluded: { not_of_a_customer_payment: others } }) };
}

const rawMatch = z.object({ debit_move_id: many2one, credit_move_id: many2one });
const rawLine = z.object({ id: recordId, move_id: maybe(many2one), payment_id: maybe(many2one) });
const rawId = z.object({ id: recordId });
const rawMove = z.object({ id: recordId, move_type: maybe(char) });

/** What the lines of a page's matches belong to: their payment, and their document where it is a customer's. */
async function linesOf(client: OdooClient, records: readonly unknown[]): Promise<ReadonlyMap<number, BookLine>> {
  const matches = records.map((record) => rawMatch.safeParse(record)).flatMap((match) => (match.success ? [match.data] : []));
  const ids = [...new Set(matches.flatMap((match) => [match.debit_move_id, match.credit_move_id]))].filter((id) => id !== null);
  const lines = await byIds(client, 'account.move.line', ids, ['id', 'move_id', 'payment_id'], rawLine);
  const customers = await customersOf(client, [...new Set(lines.flatMap(({ payment_id: id }) => id ?? []))]);
  const moves = await byIds(
    client,
    'account.move',
    [...new Set(lines.flatMap(({ move_id: id }) => id ?? []))],
    ['id', 'move_type'],
    rawMove,
  );
  const documents = new Set(moves.filter(({ move_type: type }) => type === 'out_invoice' || type === 'out_refund').map(({ id }) => id));
  return new Map(
    lines.map(({ id, move_id: move, payment_id: payment }) => [
      id,
      {
        payment: payment !== null && customers.has(payment) ? payment : null,
        document: move !== null && documents.has(move) ? move : null,
      },
    ]),
  );
}

/** Of these payments, those that the stream of payments reads. */
async function customersOf(client: OdooClient, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const found: number[] = [];
  const search = { domain: [['id', 'in', ids] as const, ['partner_type', '=', 'customer'] as const], fields: ['id'], limit: 2000 };
  if (ids.length === 0) return new Set();
  for await (const page of allById(client, 'account.payment', search)) found.push(...parsed(rawId, page).map(({ id }) => id));
  return new Set(found);
}

async function byIds<T>(
  client: OdooClient,
  model: string,
  ids: readonly number[],
  fields: readonly string[],
  schema: z.ZodType<T>,
): Promise<readonly T[]> {
  const rows: T[] = [];
  if (ids.length === 0) return rows;
  for await (const page of allById(client, model, { domain: [['id', 'in', ids]], fields, limit: 2000 })) rows.push(...parsed(schema, page));
  return rows;
}

function parsed<T>(schema: z.ZodType<T>, records: readonly unknown[]): T[] {
  return records.map((record) => schema.safeParse(record)).flatMap((record) => (record.success ? [record.data] : []));
}
