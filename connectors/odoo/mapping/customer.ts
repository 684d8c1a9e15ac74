import type { DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { char, datetime, flag, many2one, maybe, recordId } from '../raw-values.ts';
import { readRecord, whitelisted } from './read-record.ts';
import { displayRut, parseRut } from './rut.ts';

const schema = z.object({
  id: recordId,
  is_company: flag,
  vat: maybe(char),
  email: maybe(char),
  phone: maybe(char),
  city: maybe(char),
  state_id: maybe(many2one),
  active: maybe(flag),
  company_id: maybe(many2one),
  commercial_partner_id: maybe(many2one),
  create_date: maybe(datetime),
  write_date: datetime,
});

export const CUSTOMER_REQUIRED = ['is_company', 'write_date'];
export const CUSTOMER_FIELDS = Object.keys(schema.shape);
/** Nothing a person could be recognised by. */
const KEEP = ['id', 'is_company', 'active', 'company_id', 'commercial_partner_id', 'state_id', 'create_date', 'write_date'];

/** The state a partner names, so that its name can be read first. */
export const withState = z.object({ state_id: maybe(many2one) });

/** A partner without name, address and contact data: those travel as `identity` only, which is never stored. */
export function mapCustomer(
  raw: unknown,
  stateNames: ReadonlyMap<number, string>,
): { readonly draft: DraftFor<'customer'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'customer', KEEP);
  if ('reject' in read) return read;
  const { row } = read;
  const rut = row.vat === null ? null : parseRut(row.vat);
  const fields: DraftFields<'customer'> = {
    kind: row.is_company ? 'company' : 'person',
    rut_display: rut === null ? null : displayRut(rut),
    rut_valid: blankToNull(row.vat) === null ? null : (rut?.valid ?? false),
    comuna: blankToNull(row.city),
    region: row.state_id === null ? null : (stateNames.get(row.state_id) ?? null),
    commercial_id: row.commercial_partner_id === null ? null : String(row.commercial_partner_id),
  };
  return {
    draft: {
      entity: 'customer',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: row.write_date,
      fields,
      identity: { rut: blankToNull(row.vat), email: blankToNull(row.email), phone: blankToNull(row.phone) },
      raw: whitelisted(raw, KEEP),
    },
  };
}

function blankToNull(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
