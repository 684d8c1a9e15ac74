import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import { EffectsCollector } from './effects.ts';
import { lockFamilies } from './family-lock.ts';
import { settleSales } from './sales-effects.ts';
import { sqlFile } from './sql-file.ts';
import { tenantSettings } from './tenants.ts';

/** A shop order and an Odoo document, with what links or parts them. */
export interface LinkRow {
  readonly shop_order_id: string;
  readonly shop_name: string;
  readonly erp_order_id: string;
  readonly erp_name: string;
  /** What links them: id, name, name_prefix, name_store or person; null for a pair that a person unlinked. */
  readonly rule: string | null;
  /** What a person decided, if one did. */
  readonly decision: 'link' | 'unlink' | null;
  readonly reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

/** A document as a person names it. */
export interface DocumentRow {
  readonly id: string;
  readonly name: string;
  readonly source_id: string;
}

const LIST = sqlFile('list-links');
const DECIDE = `insert into ops.link_decisions as d (tenant_id, erp_order_id, shop_order_id, decision, reason, decided_by)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant_id, erp_order_id, shop_order_id) do update set decision = excluded.decision, reason = excluded.reason,
    decided_by = excluded.decided_by, decided_at = now()
  where d.decision <> excluded.decision`;
const FIND = `select id, name, source_id from public.source_orders
  where tenant_id = $1 and source = $2 and deleted_at is null and invoiced_order_id is null
    and (id::text = $3 or source_id = $3 or name = $3 or ltrim(name, '#') = ltrim($3, '#')) order by id limit 10`;
const BOTH = `select count(*)::int as n from public.source_orders
  where tenant_id = $1 and deleted_at is null and invoiced_order_id is null and ((id = $2 and source = 'odoo') or (id = $3 and source = 'shopify'))`;

/** Documents of a source that bear this uuid, source id or name. */
export function findDocuments(db: Database, tenantId: string, source: 'shopify' | 'odoo', wanted: string): Promise<DocumentRow[]> {
  return db.transaction(tenantId, async ({ query }) => (await query<DocumentRow>(FIND, [tenantId, source, wanted])).rows);
}

/**
 * Links between shop orders and Odoo documents, and what persons decided of them, newest first.
 * @param decided only pairs of which a person decided
 */
export function listLinks(
  db: Database,
  tenantId: string,
  filter: { readonly document?: string; readonly decided: boolean; readonly limit: number },
): Promise<LinkRow[]> {
  const values = [tenantId, filter.document ?? null, filter.decided, filter.limit];
  return db.transaction(tenantId, async ({ query }) => (await query<LinkRow>(LIST, values)).rows);
}

/**
 * A person says that a shop order and an Odoo document are one sale, or are not. It wins over the rules from here on. Links, voices,
 * refunds and roll-ups of the documents concerned follow in the same transaction.
 * @returns false when that had been decided already; nothing is changed then
 * @throws when one of the documents does not exist, or no longer does
 */
export async function decideLink(
  db: Database,
  tenantId: string,
  pair: { readonly shopOrderId: string; readonly erpOrderId: string; readonly decision: 'link' | 'unlink' },
  author: Author,
): Promise<boolean> {
  const { shopOrderId, erpOrderId, decision } = pair;
  return db.transaction(tenantId, async ({ query }) => {
    await lockFamilies(query, tenantId, ['sales'], new Map());
    if ((await query<{ n: number }>(BOTH, [tenantId, erpOrderId, shopOrderId])).rows[0]?.n !== 2)
      throw new Error('a link is between a shop order and an Odoo document, and one of these is not there (any more)');
    const decided = await query(DECIDE, [tenantId, erpOrderId, shopOrderId, decision, author.reason, author.who]);
    if (decided.rowCount === 0) return false;
    await audit(query, tenantId, author, `link.${decision}`, { shop_order_id: shopOrderId, erp_order_id: erpOrderId });
    const effects = new EffectsCollector(await tenantSettings(query, tenantId), null);
    effects.addIds('order', [shopOrderId, erpOrderId]);
    await settleSales(query, effects);
    return true;
  });
}
