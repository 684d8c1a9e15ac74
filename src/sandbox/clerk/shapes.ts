import type { ClerkInstance, ClerkMembership, ClerkOrganization, ClerkUser } from './model.ts';

/** A user as the API and the webhooks show it: with everything about the person that a reader must not keep. */
export function userShape(user: ClerkUser): Record<string, unknown> {
  return {
    object: 'user',
    id: user.id,
    external_id: null,
    username: null,
    first_name: user.firstName,
    last_name: user.lastName,
    primary_email_address_id: `idn_${user.id.slice(5)}`,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    email_addresses: [
      { object: 'email_address', id: `idn_${user.id.slice(5)}`, email_address: user.email, verification: { status: 'verified' } },
    ],
    phone_numbers: [],
    web3_wallets: [],
    external_accounts: [],
    image_url: 'https://img.clerk.invalid/x',
    has_image: false,
    public_metadata: user.publicMetadata,
    private_metadata: { note: `private ${user.email}` },
    unsafe_metadata: { nickname: user.firstName },
    password_enabled: true,
    two_factor_enabled: false,
    banned: user.banned,
    locked: user.locked,
    lockout_expires_in_seconds: null,
    last_sign_in_at: user.lastSignInAt,
    last_active_at: user.lastSignInAt,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

export function organizationShape(organization: ClerkOrganization, members: number): Record<string, unknown> {
  return {
    object: 'organization',
    id: organization.id,
    name: organization.name,
    slug: organization.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    has_image: false,
    members_count: members,
    max_allowed_memberships: 50,
    admin_delete_enabled: true,
    public_metadata: organization.publicMetadata,
    private_metadata: {},
    created_at: organization.createdAt,
    updated_at: organization.updatedAt,
  };
}

/** @throws Error when the membership points to nobody or nothing: a bug of whoever changed the instance */
export function membershipShape(instance: ClerkInstance, membership: ClerkMembership): Record<string, unknown> {
  const organization = instance.organizations.find(({ id }) => id === membership.organizationId);
  const user = instance.users.find(({ id }) => id === membership.userId);
  if (organization === undefined || user === undefined) throw new Error(`membership ${membership.id} hangs in the air`);
  const members = instance.memberships.filter(({ organizationId }) => organizationId === organization.id).length;
  return {
    object: 'organization_membership',
    id: membership.id,
    role: membership.role,
    role_name: membership.role === 'org:admin' ? 'Admin' : 'Member',
    permissions: [],
    public_metadata: {},
    private_metadata: {},
    organization: organizationShape(organization, members),
    public_user_data: {
      user_id: user.id,
      first_name: user.firstName,
      last_name: user.lastName,
      identifier: user.email,
      image_url: 'https://img.clerk.invalid/x',
      has_image: false,
    },
    created_at: membership.createdAt,
    updated_at: membership.updatedAt,
  };
}
