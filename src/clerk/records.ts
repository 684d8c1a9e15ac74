import { z } from 'zod';
import { readHint, type TenantIndex } from './tenant-hint.ts';
import type { MembershipKey, MembershipRecord, OrganizationRecord, UserRecord } from '../store/users.ts';

// White-list: whatever is not named here (names, e-mails, phones, pictures, private metadata) is gone once a record is parsed.

/** Clerk's ids; nothing with an @ or a blank can pass for one. */
export const clerkId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no id of Clerk');
/** Milliseconds since 1970. */
const instant = z.number().int().min(0).max(8.64e15);
const metadata = z.record(z.string(), z.unknown()).nullish();

export const RAW_USER = z.object({
  id: clerkId,
  public_metadata: metadata,
  banned: z.boolean(),
  locked: z.boolean().default(false),
  last_sign_in_at: instant.nullish(),
  created_at: instant,
  updated_at: instant,
});
export const RAW_ORGANIZATION = z.object({ id: clerkId, public_metadata: metadata, updated_at: instant });
export const RAW_MEMBERSHIP = z.object({
  id: clerkId,
  role: z.string(),
  organization: RAW_ORGANIZATION,
  public_user_data: z.object({ user_id: clerkId }),
  updated_at: instant,
});

export type RawUser = z.infer<typeof RAW_USER>;
export type RawOrganization = z.infer<typeof RAW_ORGANIZATION>;
export type RawMembership = z.infer<typeof RAW_MEMBERSHIP>;

/** A role is a word of the application; anything else is not kept, as it might say who somebody is. */
const ROLE = /^[a-z][a-z0-9_:-]{0,63}$/;
const roleOf = (value: unknown): string | null => (typeof value === 'string' && ROLE.test(value) ? value : null);

export function userRecord(raw: RawUser, tenants: TenantIndex): UserRecord {
  const hint = readHint(raw.public_metadata, tenants);
  return {
    id: raw.id,
    banned: raw.banned,
    locked: raw.locked,
    created_at: new Date(raw.created_at),
    last_sign_in_day: raw.last_sign_in_at == null ? null : new Date(raw.last_sign_in_at).toISOString().slice(0, 10),
    stated: hint.stated,
    stated_tenants: hint.tenants,
    stated_role: roleOf(raw.public_metadata?.['role']),
    updated_at: new Date(raw.updated_at),
  };
}

/** An organisation is one company: of several named ones none is taken. */
export function organizationRecord(raw: RawOrganization, tenants: TenantIndex): OrganizationRecord {
  const hint = readHint(raw.public_metadata, tenants);
  const [only] = hint.tenants;
  const clear = hint.stated === 'known' && hint.tenants.length === 1;
  return {
    id: raw.id,
    stated: clear || hint.stated === 'none' ? hint.stated : 'unknown',
    stated_tenant: clear ? (only ?? null) : null,
    updated_at: new Date(raw.updated_at),
  };
}

export function membershipKey(raw: RawMembership): MembershipKey {
  return { id: raw.id, user_id: raw.public_user_data.user_id, organization_id: raw.organization.id };
}

export function membershipRecord(raw: RawMembership): MembershipRecord {
  return { ...membershipKey(raw), role: roleOf(raw.role), updated_at: new Date(raw.updated_at) };
}
