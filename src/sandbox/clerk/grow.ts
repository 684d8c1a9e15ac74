import { createHash } from 'node:crypto';
import type { WorldTenant } from '../world/model.ts';
import { Random } from '../world/random.ts';
import type { ClerkInstance, ClerkMembership, ClerkOrganization, ClerkUser } from './model.ts';

interface ClerkRequest {
  readonly seed: number;
  readonly anchor: Date;
  readonly tenants: readonly WorldTenant[];
}

const DAY = 86_400_000;
const FIRST = ['Josefa', 'Benjamín', 'Antonia', 'Vicente', 'Florencia', 'Matías', 'Catalina', 'Tomás'];
const LAST = ['Rojas', 'Muñoz', 'Díaz', 'Soto', 'Contreras', 'Silva', 'Morales', 'Araya'];

/**
 * An instance with the people of three companies. Whose they are is said in every way there is: the first company's by metadata (its RUT in
 * several spellings), the second's by an organisation with metadata, the third's by an organisation that says nothing, so that a person
 * has to map it. One is of two companies, one is banned, one locked, two are of nobody we know.
 */
export function growClerk({ seed, anchor, tenants }: ClerkRequest): ClerkInstance {
  const random = new Random(seed, 'clerk');
  const id = (kind: string, at: number) => `${kind}_${createHash('sha256').update(`${seed} ${kind} ${at}`).digest('hex').slice(0, 27)}`;
  const users: ClerkUser[] = [];
  const memberships: ClerkMembership[] = [];
  const person = (publicMetadata: Record<string, unknown>, changes: Partial<ClerkUser> = {}): ClerkUser => {
    const at = users.length;
    const createdAt = anchor.getTime() - (300 - at) * DAY - random.int(0, DAY - 1);
    const firstName = random.pick(FIRST);
    const lastName = random.pick(LAST);
    const seen = createdAt + random.int(DAY, 20 * DAY);
    const user: ClerkUser = {
      id: id('user', at),
      firstName,
      lastName,
      email: `${firstName}.${lastName}${at}@personas.clerk.invalid`.toLowerCase(),
      publicMetadata,
      banned: false,
      locked: false,
      lastSignInAt: random.chance(0.8) ? seen : null,
      createdAt,
      updatedAt: seen,
      ...changes,
    };
    users.push(user);
    return user;
  };
  const organizations: ClerkOrganization[] = tenants.slice(1).map((tenant, at) => ({
    id: id('org', at),
    name: tenant.companyName,
    publicMetadata: at === 0 ? { rut: tenant.rut } : {},
    createdAt: anchor.getTime() - 310 * DAY,
    updatedAt: anchor.getTime() - 310 * DAY,
  }));
  const join = (organization: ClerkOrganization | undefined, user: ClerkUser, role: string): void => {
    if (organization === undefined) return;
    const { createdAt } = user;
    memberships.push({
      id: id('orgmem', memberships.length),
      organizationId: organization.id,
      userId: user.id,
      role,
      createdAt,
      updatedAt: createdAt,
    });
  };
  const [first, second] = tenants;
  const rut = first?.rut ?? '';
  person({ rut, role: 'owner' });
  person({ tenant_id: dotted(rut), role: 'viewer' });
  person({ rut: `  ${rut.toLowerCase()} ` });
  person({ rut }, { banned: true });
  for (let at = 0; at < 3; at++) join(organizations[0], person({}), at === 0 ? 'org:admin' : 'org:member');
  join(organizations[0], person({}, { locked: true }), 'org:member');
  for (let at = 0; at < 3; at++) join(organizations[1], person({}), 'org:member');
  // An accountant of two companies; its own metadata decide, not the organisation it is in as well.
  join(organizations[1], person({ rut: [rut, second?.rut ?? ''], role: 'accountant' }), 'org:member');
  person({});
  person({ tenant_id: '99999999-9' });
  return {
    id: id('ins', 0),
    secretKey: `sk_test_${createHash('sha256').update(`key ${seed}`).digest('hex').slice(0, 40)}`,
    webhookSecret: `whsec_${createHash('sha256').update(`webhook ${seed}`).digest('base64')}`,
    organizationsEnabled: true,
    handMapped: Object.fromEntries(
      organizations.flatMap(({ id: organization }, at) => (at === 0 ? [] : [[organization, tenants[at + 1]?.rut ?? '']])),
    ),
    users,
    organizations,
    memberships,
  };
}

function dotted(rut: string): string {
  const [body = '', digit = ''] = rut.split('-');
  return `${body.replaceAll(/\B(?=(\d{3})+$)/g, '.')}-${digit}`;
}
