import type { Database } from './database.ts';

/** What is known here of a user of Clerk who asks. */
export interface UserAccess {
  /** Deleted, banned or locked: a session that is still signed opens nothing. */
  readonly barred: boolean;
  readonly tenants: readonly string[];
  /** Role that the user's own public metadata name. */
  readonly role: string | null;
}

const USER = `select u.deleted_at is not null or u.banned or u.locked as barred, u.stated_role as role,
    array(select m.tenant_id::text from public.user_tenants m join public.tenants t on t.id = m.tenant_id
      where m.user_id = u.id and t.status <> 'erased' order by 1) as tenants
  from public.users u where u.id = $1`;
const ORGANIZATION = `select t.id from ops.clerk_organizations o join public.tenants t on t.id = coalesce(o.stated_tenant, o.mapped_tenant)
  where o.id = $1 and t.status <> 'erased'`;
const TENANT = `select id, rut, company_name, time_zone, reader_role, industry from public.tenants
  where (id::text = $1 or rut = $2) and status <> 'erased'`;

/** @returns null for somebody who has not come with a reading or a message yet */
export async function userAccess(db: Database, userId: string): Promise<UserAccess | null> {
  return (await db.query<UserAccess & Record<string, unknown>>(USER, [userId])).rows[0] ?? null;
}

/** The tenant that an organisation of Clerk is; null when nothing says it. */
export async function organizationTenant(db: Database, organizationId: string): Promise<string | null> {
  return (await db.query<{ id: string }>(ORGANIZATION, [organizationId])).rows[0]?.id ?? null;
}

export interface AskedTenant {
  readonly id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly time_zone: string;
  readonly reader_role: string | null;
  readonly industry: string;
}

/** A tenant by uuid (lower case) or canonical RUT; null when there is none, or it was erased. */
export async function findAskedTenant(db: Database, uuid: string | null, rut: string | null): Promise<AskedTenant | null> {
  return (await db.query<AskedTenant & Record<string, unknown>>(TENANT, [uuid, rut])).rows[0] ?? null;
}
