import type { DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { char, datetime, flag, many2one, maybe, recordId } from '../raw-values.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  name: maybe(char),
  complete_name: maybe(char),
  usage: char,
  active: maybe(flag),
  company_id: maybe(many2one),
  create_date: maybe(datetime),
  write_date: datetime,
});

export const LOCATION_REQUIRED = ['usage', 'write_date'];
export const LOCATION_FIELDS = Object.keys(schema.shape);

/** A place of stock, by its full path ("WH/Stock"). Only internal ones hold what is on hand; the others are counterparts. */
export function mapLocation(raw: unknown): { readonly draft: DraftFor<'location'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'location', LOCATION_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  const name = row.complete_name ?? row.name;
  if (name === null || row.usage === null) return { reject: rejectOf('location', raw, 'lacks name or usage', LOCATION_FIELDS) };
  return {
    draft: {
      entity: 'location',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: row.write_date,
      fields: {
        name,
        usage: row.usage,
        active: row.active ?? true,
        counts_stock: row.usage === 'internal',
        company: row.company_id === null ? null : String(row.company_id),
      },
      raw: whitelisted(raw, LOCATION_FIELDS),
    },
  };
}
