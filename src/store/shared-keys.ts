import { settleCustomers } from './customer-effects.ts';
import type { Database } from './database.ts';
import { EffectsCollector } from './effects.ts';
import { lockFamilies } from './family-lock.ts';
import { tenantSettings } from './tenants.ts';

/** What a key is of, with the column of public.customers that holds it. */
export const SHARED_KINDS = { rut: 'rut_key', email: 'email_key', email_domain: 'domain_key', phone: 'phone_key' } as const;
export type SharedKind = keyof typeof SHARED_KINDS;

const ADD = 'insert into kpi.shared_keys (tenant_id, kind, key) values ($1, $2, $3) on conflict do nothing';
const REMOVE = 'delete from kpi.shared_keys where tenant_id = $1 and kind = $2 and key = $3';
const ACCEPT = `insert into kpi.accepted_identities (tenant_id, identity_id)
  select $1, i.identity_id from public.customer_identities i where i.tenant_id = $1 and i.identity_id = $2 limit 1
  on conflict (tenant_id, identity_id) do update set decided_at = now() returning identity_id`;

/**
 * Says that a key is shared by many, or (`shared` false) that it is not, and finds anew who is one with whom among those who have it,
 * in one transaction under the sales lock. Returns how many customers have the key.
 */
export async function setSharedKey(db: Database, tenantId: string, kind: SharedKind, key: string, shared: boolean): Promise<number> {
  return db.transaction(tenantId, async ({ query }) => {
    await lockFamilies(query, tenantId, ['sales'], new Map());
    await query(shared ? ADD : REMOVE, [tenantId, kind, key]);
    const holders = `select id from public.customers where tenant_id = $1 and ${SHARED_KINDS[kind]} = $2`;
    const ids = (await query<{ id: string }>(holders, [tenantId, key])).rows.map((row) => row.id);
    const effects = new EffectsCollector(await tenantSettings(query, tenantId), null);
    effects.addIds('customer', ids);
    await settleCustomers(query, effects, new Set());
    return ids.length;
  });
}

/** A person's word that a large identity is one customer. False when there is no such identity. */
export async function acceptIdentity(db: Database, tenantId: string, identityId: string): Promise<boolean> {
  return db.transaction(tenantId, async ({ query }) => (await query(ACCEPT, [tenantId, identityId])).rows.length > 0);
}

export interface GenericIdentity {
  readonly identity_id: string;
  readonly reason: 'share' | 'rut';
  readonly sales: string;
  readonly share: string | null;
  readonly used: boolean;
}

/** Identities that are probably no single customer. */
export async function genericIdentities(db: Database, tenantId: string): Promise<GenericIdentity[]> {
  const text = 'select identity_id, reason, sales, share, used from kpi.generic_identities where tenant_id = $1 order by sales desc';
  return db.transaction(tenantId, async ({ query }) => (await query<GenericIdentity>(text, [tenantId])).rows);
}
