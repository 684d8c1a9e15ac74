import { Webhook, WebhookVerificationError } from 'svix';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import { listTenants } from '../store/tenants.ts';
import { applyUserChange, drawReadSeq, type UserChange } from '../store/users.ts';
import {
  clerkId,
  membershipKey,
  membershipRecord,
  organizationRecord,
  RAW_MEMBERSHIP,
  RAW_ORGANIZATION,
  RAW_USER,
  userRecord,
} from './records.ts';
import { tenantIndex, type TenantIndex } from './tenant-hint.ts';

/** A message that is not Clerk's, is too old, or says nothing readable. Nothing of it is written or repeated. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
  readonly because: 'signature' | 'content';

  constructor(because: 'signature' | 'content', message: string) {
    super(message);
    this.because = because;
  }
}

export interface ClerkMessage {
  /** `svix-id`: the same for every delivery of one event. */
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

const EVENT = z.object({ type: z.string().regex(/^[A-Za-z_.]{1,100}$/), data: z.unknown() });
const MESSAGE_ID = /^[A-Za-z0-9_.-]{1,128}$/;
const DELETED = z.object({ id: clerkId });

type Change = Omit<UserChange, 'fromList' | 'readSeq'>;
type Reading = (data: unknown, tenants: TenantIndex) => Change;

const userChanged: Reading = (data, tenants) => ({ users: [userRecord(RAW_USER.parse(data), tenants)] });
const organizationChanged: Reading = (data, tenants) => ({ organizations: [organizationRecord(RAW_ORGANIZATION.parse(data), tenants)] });
const membershipChanged: Reading = (data, tenants) => {
  const raw = RAW_MEMBERSHIP.parse(data);
  return { organizations: [organizationRecord(raw.organization, tenants)], memberships: [membershipRecord(raw)] };
};

/** Events that change who is where; every other kind is taken note of and changes nothing. */
const READINGS: Readonly<Record<string, Reading>> = {
  'user.created': userChanged,
  'user.updated': userChanged,
  'user.deleted': (data) => ({ goneUsers: [DELETED.parse(data).id] }),
  'organization.created': organizationChanged,
  'organization.updated': organizationChanged,
  'organization.deleted': (data) => ({ goneOrganizations: [DELETED.parse(data).id] }),
  'organizationMembership.created': membershipChanged,
  'organizationMembership.updated': membershipChanged,
  'organizationMembership.deleted': (data) => ({ goneMemberships: [membershipKey(RAW_MEMBERSHIP.parse(data))] }),
};

/**
 * Checks signature and age (five minutes either way) over the body as it came, byte for byte.
 * @throws WebhookRefused
 */
export function verifyClerkMessage(secret: string, headers: Readonly<Record<string, unknown>>, body: string): ClerkMessage {
  const one = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const id = one('svix-id');
  const stated = { 'svix-id': id, 'svix-timestamp': one('svix-timestamp'), 'svix-signature': one('svix-signature') };
  let said: unknown;
  try {
    said = new Webhook(secret).verify(body, stated);
  } catch (error) {
    if (error instanceof WebhookVerificationError) throw new WebhookRefused('signature', 'signature or time of the message is not right');
    // What is signed and yet no JSON. The parser's words would repeat the text.
    throw new WebhookRefused('content', 'the message is no JSON');
  }
  const event = EVENT.safeParse(said);
  if (!event.success || !MESSAGE_ID.test(id)) throw new WebhookRefused('content', 'the message is no event of Clerk');
  return { id, ...event.data };
}

/**
 * Acts on a verified message, once. Messages come in any order and more than once: newer wins by Clerk's clock.
 * @throws WebhookRefused when its contents cannot be read; the next reading of the list brings what it was about
 */
export async function receiveClerkMessage(db: Database, message: ClerkMessage): Promise<'applied' | 'ignored' | 'duplicate'> {
  const { id, type, data } = message;
  const reading = Object.hasOwn(READINGS, type) ? READINGS[type] : undefined;
  let change: Change = {};
  if (reading !== undefined) {
    const tenants = tenantIndex(await listTenants(db));
    try {
      change = reading(data, tenants);
    } catch (error) {
      if (error instanceof z.ZodError) throw new WebhookRefused('content', `the contents of ${type} do not look like Clerk's`);
      throw error;
    }
  }
  const outcome = reading === undefined ? 'ignored' : 'applied';
  const readSeq = await drawReadSeq(db);
  const isNew = await applyUserChange(db, { fromList: false, readSeq, ...change }, { source: 'clerk', id, type, outcome });
  return isNew ? outcome : 'duplicate';
}
