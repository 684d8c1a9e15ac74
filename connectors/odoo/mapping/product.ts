import type { DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { plain } from '../amount.ts';
import { char, datetime, flag, many2one, maybe, number, recordId } from '../raw-values.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';

const schema = z.object({
  id: recordId,
  name: char,
  default_code: maybe(char),
  barcode: maybe(char),
  type: maybe(char),
  is_storable: maybe(flag),
  list_price: maybe(number),
  product_tmpl_id: maybe(many2one),
  active: maybe(flag),
  company_id: maybe(many2one),
  create_date: maybe(datetime),
  write_date: datetime,
});

export const PRODUCT_REQUIRED = ['name', 'type', 'write_date'];
export const PRODUCT_FIELDS = Object.keys(schema.shape);

/** A variant (product.product); its template is the parent. `giftCards`: products whose sale issues a gift card or eWallet. */
export function mapProduct(
  raw: unknown,
  giftCards: ReadonlySet<number>,
): { readonly draft: DraftFor<'product'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'product', PRODUCT_FIELDS);
  if ('reject' in read) return read;
  const { row } = read;
  if (row.name === null) return { reject: rejectOf('product', raw, 'has no name', PRODUCT_FIELDS) };
  // Until 17 `product` was the storable type; since 18 a flag beside `consu` says so.
  const storable = row.type === 'product' || (row.type === 'consu' && row.is_storable === true);
  const fields: DraftFields<'product'> = {
    sku: skuOf(row.default_code),
    barcode: skuOf(row.barcode),
    name: row.name,
    kind: giftCards.has(row.id) ? 'gift_card' : kindOf(row.type, storable),
    active: row.active ?? true,
    tracked: storable,
    list_price: row.list_price === null ? null : plain(row.list_price),
    parent: row.product_tmpl_id === null ? null : String(row.product_tmpl_id),
  };
  return {
    draft: {
      entity: 'product',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: row.write_date,
      fields,
      raw: whitelisted(raw, PRODUCT_FIELDS),
    },
  };
}

function kindOf(type: string | null, storable: boolean): DraftFields<'product'>['kind'] {
  if (storable) return 'storable';
  if (type === 'service') return 'service';
  return type === 'combo' ? 'bundle' : 'consumable';
}

/** Trimmed; blank is none. */
export function skuOf(code: string | null): string | null {
  const trimmed = code?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
