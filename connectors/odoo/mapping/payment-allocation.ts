import type { DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { amountOf, roundTo, textOf } from '../amount.ts';
import { date, datetime, many2one, maybe, number, recordId } from '../raw-values.ts';
import type { PaymentFacts } from './payment.ts';
import { stampsOf } from './read-invoice.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  debit_move_id: many2one,
  credit_move_id: many2one,
  amount: number,
  company_id: maybe(many2one),
  max_date: maybe(date),
  create_date: maybe(datetime),
  write_date: datetime,
});

export const ALLOCATION_REQUIRED = ['debit_move_id', 'credit_move_id', 'amount', 'company_id', 'write_date'];
export const ALLOCATION_FIELDS = Object.keys(schema.shape);

/** What a line of the books belongs to. */
export interface BookLine {
  /** The payment it comes from, if any. */
  readonly payment: number | null;
  /** The customer's invoice or credit note it is of, if any. */
  readonly document: number | null;
}

export interface AllocationFacts extends Omit<PaymentFacts, 'journals'> {
  readonly lines: ReadonlyMap<number, BookLine>;
}

/** A match of two lines: of a payment and a document, or null where it is of anything else (two documents, an entry by hand, a supplier). */
export function mapAllocation(
  raw: unknown,
  facts: AllocationFacts,
): { readonly draft: DraftFor<'payment_allocation'> } | { readonly reject: Reject } | null {
  const read = readRecord(schema, raw, 'payment_allocation', ALLOCATION_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  const sides = [row.debit_move_id, row.credit_move_id].map((id) => (id === null ? undefined : facts.lines.get(id)));
  const payment = sides.find((side) => side?.payment != null)?.payment ?? null;
  const document = sides.find((side) => side?.document != null)?.document ?? null;
  if (payment === null || document === null) return null;
  const currency = row.company_id === null ? undefined : facts.currencies.get(facts.companyCurrency.get(row.company_id) ?? 0);
  if (currency === undefined) {
    return { reject: rejectOf('payment_allocation', raw, 'the currency of its company cannot be read', ALLOCATION_FIELDS) };
  }
  return {
    draft: {
      entity: 'payment_allocation',
      ...stampsOf(row),
      sourceId: String(row.id),
      fields: {
        payment_id: String(payment),
        invoice_id: String(document),
        allocated_on: row.max_date,
        amount_company: textOf(roundTo(amountOf(row.amount), currency.places)),
        currency_company: currency.code,
      },
      raw: whitelisted(raw, ALLOCATION_FIELDS),
    },
  };
}
