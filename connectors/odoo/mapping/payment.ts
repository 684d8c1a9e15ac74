import type { DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, roundTo, textOf } from '../amount.ts';
import type { Currency } from '../companies.ts';
import { char, date, datetime, flag, many2one, maybe, number, recordId } from '../raw-values.ts';
import { idText, stampsOf } from './read-invoice.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  name: maybe(char),
  payment_type: char,
  state: char,
  date,
  amount: number,
  amount_company_currency_signed: maybe(number),
  currency_id: many2one,
  company_id: maybe(many2one),
  journal_id: maybe(many2one),
  partner_id: maybe(many2one),
  is_matched: maybe(flag),
  // `memo` since 18, `ref` of the entry before.
  memo: maybe(char),
  ref: maybe(char),
  payment_reference: maybe(char),
  create_date: maybe(datetime),
  write_date: datetime,
});

export const PAYMENT_REQUIRED = ['payment_type', 'state', 'date', 'amount', 'currency_id', 'write_date'];
export const PAYMENT_FIELDS = Object.keys(schema.shape);
/** Everything but what people write. */
const KEEP = PAYMENT_FIELDS.filter((field) => !['memo', 'ref', 'payment_reference'].includes(field));

export interface PaymentFacts {
  readonly currencies: ReadonlyMap<number, Currency>;
  /** Company → its currency. */
  readonly companyCurrency: ReadonlyMap<number, number>;
  readonly journals: ReadonlyMap<number, string>;
}

/** 16 and 17 say what the entry says; since 18 a payment has words of its own. A rejected one never came. */
const STATES: Readonly<Record<string, DraftFields<'payment'>['state']>> = {
  draft: 'draft',
  posted: 'posted',
  in_process: 'posted',
  paid: 'posted',
  cancel: 'cancelled',
  canceled: 'cancelled',
  rejected: 'cancelled',
};

export function mapPayment(raw: unknown, facts: PaymentFacts): { readonly draft: DraftFor<'payment'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'payment', KEEP);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('payment', raw, reason, KEEP) });
  const state = STATES[row.state ?? ''];
  if (state === undefined) return refuse(`its state "${row.state ?? ''}" is not known`);
  if (row.payment_type !== 'inbound' && row.payment_type !== 'outbound') return refuse('is neither inbound nor outbound');
  if (row.date === null) return refuse('has no date');
  const currency = row.currency_id === null ? undefined : facts.currencies.get(row.currency_id);
  if (currency === undefined) return refuse(`its currency (${row.currency_id ?? 'none'}) cannot be read`);
  const own = row.company_id === null ? undefined : facts.currencies.get(facts.companyCurrency.get(row.company_id) ?? 0);
  const booked = row.amount_company_currency_signed;
  return {
    draft: {
      entity: 'payment',
      ...stampsOf(row),
      sourceId: String(row.id),
      fields: {
        name: row.name ?? '/',
        direction: row.payment_type,
        state,
        source_status: row.state ?? '',
        payment_date: row.date,
        currency_source: currency.code,
        amount_source: textOf(roundTo(amountOf(row.amount), currency.places)),
        amount_company: own === undefined || booked === null ? null : textOf(absolute(roundTo(amountOf(booked), own.places))),
        currency_company: own?.code ?? null,
        journal: (row.journal_id === null ? undefined : facts.journals.get(row.journal_id)) ?? `journal ${row.journal_id ?? '?'}`,
        reference: numbersIn([row.memo, row.ref, row.payment_reference]),
        matched: row.is_matched,
        customer_id: idText(row.partner_id),
        company: idText(row.company_id),
      },
      raw: whitelisted(raw, KEEP),
    },
  };
}

/** `#1001`, `S00021`, `BEL 000123`, a transaction's number: words of at most six letters before a number. */
const NUMBER = /^(?:[a-z/]{1,6}[_/-]?)?#?\d{1,20}(?:[/-]\d{1,8})*$/i;
/** A tax id or a phone: neither is a reference. */
const PERSONAL = /^(?:\d{7,8}-?[\dk]|\+?(?:56)?9\d{8}|\d{8,9})$/i;

/** What a memo cites. People write names into it: only numbers are kept, and none that could be a person's. */
export function numbersIn(texts: readonly (string | null)[]): string | null {
  const words = texts.flatMap((text) => (text ?? '').split(/[\s,;:()]+/)).map((word) => word.replace(/\.$/, ''));
  const kept = words.filter((word) => /\d/.test(word) && NUMBER.test(word) && !PERSONAL.test(word.replaceAll('.', '')));
  return kept.length === 0 ? null : [...new Set(kept)].join(' ').slice(0, 200);
}
