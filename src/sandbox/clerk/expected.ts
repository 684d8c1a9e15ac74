import type { ExpectedRow, WorldTenant } from '../world/model.ts';
import type { ClerkInstance, ClerkUser } from './model.ts';

/**
 * Who the users of one company are, by an own reading: a person's metadata name companies, or nothing, and then the organisations do.
 */
export function* expectedClerk(instance: ClerkInstance, tenant: Pick<WorldTenant, 'rut'>): Generator<ExpectedRow> {
  for (const user of instance.users) {
    const mine = instance.memberships.filter(
      ({ userId, organizationId }) => userId === user.id && rutOf(instance, organizationId) === digits(tenant.rut),
    );
    const named = companiesOf(user);
    if (named === null ? mine.length === 0 : !named.includes(digits(tenant.rut))) continue;
    const role = user.publicMetadata['role'] ?? mine.map((membership) => membership.role).toSorted()[0] ?? null;
    yield {
      table: 'public.user_tenants',
      rut: tenant.rut,
      sourceId: user.id,
      values: {
        role: role as string | null,
        because: named === null ? 'organization' : 'metadata',
        banned: String(user.banned),
        locked: String(user.locked),
        last_sign_in_day: user.lastSignInAt === null ? null : new Date(user.lastSignInAt).toISOString().slice(0, 10),
      },
    };
  }
}

/** Null: the metadata say nothing. */
function companiesOf(user: ClerkUser): string[] | null {
  const said = user.publicMetadata['tenant_id'] ?? user.publicMetadata['rut'];
  return said === undefined ? null : [said].flat().map((one) => digits(one as string));
}

function rutOf(instance: ClerkInstance, organizationId: string): string | null {
  const said = instance.organizations.find(({ id }) => id === organizationId)?.publicMetadata['rut'] ?? instance.handMapped[organizationId];
  return typeof said === 'string' ? digits(said) : null;
}

const digits = (rut: string) => rut.toUpperCase().replaceAll(/[^\dK]/g, '');
