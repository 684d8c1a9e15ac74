import { decimalText } from './decimal.ts';
import { timeOf } from './instants.ts';
import { odooDocuments } from './odoo-documents.ts';
import type { TenantSources } from './sales-ledger.ts';
import { partnerContact } from './useful-rut.ts';

/** A cart as the rules see it. */
export interface CartFact {
  readonly key: string;
  readonly owner: readonly [source: string, customer: string];
  readonly opened: number;
  readonly changed: number;
  readonly completed: number | null;
  readonly currency: string;
  readonly total: string;
}

/** Carts of Odoo's website (no till, no invoice without an order) whose partner can be reached: drafts, and sales that were a draft before. */
export function* linesOfCarts({ tenant, database }: TenantSources): Generator<CartFact> {
  if (database === null) return;
  const orders = new Map(database.orders.map((order) => [String(order.id), order]));
  for (const document of odooDocuments(database, tenant)) {
    const order = orders.get(document.id);
    if (order === undefined || order.websiteId === null || document.excludedBecause !== null) continue;
    if (order.state !== 'draft' && !['open', 'completed', 'refunded'].includes(document.status)) continue;
    const partner = database.partners.find(({ id }) => id === order.partnerId)!;
    if (!partnerContact(partner, tenant.rut)) continue;
    const created = timeOf(order.createDate);
    yield {
      key: `odoo:${order.id}`,
      owner: ['odoo', String(order.partnerId)],
      opened: created,
      changed: Math.max(timeOf(order.writeDate), created),
      completed: order.state === 'draft' ? null : document.time,
      currency: document.currency,
      total: decimalText(document.total),
    };
  }
}
