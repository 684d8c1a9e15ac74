import type { DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { amountOf, plain, roundTo, textOf } from '../amount.ts';
import { datetime, many2one, maybe, number, recordId } from '../raw-values.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  product_id: many2one,
  location_id: many2one,
  owner_id: maybe(many2one),
  quantity: number,
  reserved_quantity: number,
  company_id: maybe(many2one),
  create_date: maybe(datetime),
});

export const QUANT_REQUIRED = ['product_id', 'location_id', 'quantity', 'reserved_quantity'];
export const QUANT_FIELDS = Object.keys(schema.shape);

/**
 * A quant (product, place, lot, package, owner). It has no version clock: merging duplicates changes quantities by SQL and
 * leaves `write_date` as it was (seen on 19.0: 13 became 18), so the later read wins.
 */
export function mapInventoryLevel(
  raw: unknown,
  companyPartners: ReadonlySet<number>,
): { readonly draft: DraftFor<'inventory_level'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'inventory_level', QUANT_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  if (row.product_id === null || row.location_id === null) {
    return { reject: rejectOf('inventory_level', raw, 'lacks product or location', QUANT_FIELDS) };
  }
  const available = roundTo(amountOf(row.quantity), 8) - roundTo(amountOf(row.reserved_quantity), 8);
  return {
    draft: {
      entity: 'inventory_level',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: null,
      fields: {
        product_id: String(row.product_id),
        location_id: String(row.location_id),
        quantity_on_hand: plain(row.quantity),
        quantity_reserved: plain(row.reserved_quantity),
        quantity_available: textOf(available),
        foreign_owner: row.owner_id !== null && !companyPartners.has(row.owner_id),
      },
      raw: whitelisted(raw, QUANT_FIELDS),
    },
  };
}
