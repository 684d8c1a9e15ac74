import { z } from 'zod';
import type { Entity, RecordPlace } from '#contract';

const stored = z.object({ base_url: z.string() });

/** The model behind each kind of record that has a form of its own. */
const MODELS: Partial<Record<Entity, string>> = {
  order: 'sale.order',
  invoice: 'account.move',
  refund: 'account.move',
  payment: 'account.payment',
  customer: 'res.partner',
  product: 'product.product',
  location: 'stock.location',
};

/** The form of a record: `/odoo/<model>/<id>` from Odoo 18 on, the old hash address below or where the version is not known. */
export function recordUrl(settings: Readonly<Record<string, unknown>>, { entity, sourceId, refs, version }: RecordPlace): string | null {
  const known = stored.safeParse(settings);
  if (!known.success) return null;
  const place = placeOf(entity, sourceId, refs);
  if (place === null) return null;
  // `19.0+e` → 19, `saas~18.2` → 18.
  const major = Number(/\d+/.exec(version ?? '')?.[0] ?? 0);
  return major >= 18
    ? `${known.data.base_url}/odoo/${place.model}/${place.id}`
    : `${known.data.base_url}/web#id=${place.id}&model=${place.model}&view_type=form`;
}

/** Sales that are no sale order say of which model they are: `invoice:12`, `pos:7`. */
const SALES: Readonly<Record<string, string>> = { invoice: 'account.move', pos: 'pos.order' };

/** Lines and stock have no page of their own: they are seen in their document, or in their product. */
function placeOf(entity: Entity, sourceId: string, refs: RecordPlace['refs']): { model: string; id: string } | null {
  const model = MODELS[entity];
  if (model !== undefined) return numbered(model, sourceId);
  if (refs['invoice_id'] !== undefined) return numbered('account.move', refs['invoice_id']);
  return refs['order_id'] !== undefined ? numbered('sale.order', refs['order_id']) : numbered('product.product', refs['product_id'] ?? '');
}

/** A refund for one of several orders names the order behind its document: `12/21`. */
function numbered(model: string, sourceId: string): { model: string; id: string } | null {
  const [, sale, id] = /^(?:([a-z]+):)?(\d+)(?:\/.*)?$/.exec(sourceId) ?? [];
  const place = sale === undefined ? model : SALES[sale];
  return id === undefined || place === undefined ? null : { model: place, id };
}
