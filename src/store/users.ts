import type { Database, Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** A user as stored: nothing that names a person. */
export interface UserRecord {
  readonly id: string;
  readonly banned: boolean;
  readonly locked: boolean;
  readonly created_at: Date;
  /** UTC day. */
  readonly last_sign_in_day: string | null;
  readonly stated: 'none' | 'known' | 'unknown';
  readonly stated_tenants: readonly string[];
  readonly stated_role: string | null;
  readonly updated_at: Date;
}

export interface OrganizationRecord {
  readonly id: string;
  readonly stated: 'none' | 'known' | 'unknown';
  readonly stated_tenant: string | null;
  readonly updated_at: Date;
}

export interface MembershipKey {
  readonly id: string;
  readonly user_id: string;
  readonly organization_id: string;
}

export interface MembershipRecord extends MembershipKey {
  readonly role: string | null;
  readonly updated_at: Date;
}

/** What one page or one message says. `fromList`: read from the API, which outranks a message of the same stamp. */
export interface UserChange {
  readonly fromList: boolean;
  /** Drawn before the page was asked for, or when the message came. */
  readonly readSeq: string;
  readonly users?: readonly UserRecord[];
  readonly organizations?: readonly OrganizationRecord[];
  readonly memberships?: readonly MembershipRecord[];
  readonly goneUsers?: readonly string[];
  readonly goneMemberships?: readonly MembershipKey[];
  readonly goneOrganizations?: readonly string[];
}

/** A message is acted on once; `outcome` says whether anything here depends on it. */
export interface MessageMark {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly outcome: 'applied' | 'ignored';
}

const LOCK = 'update ops.clerk_state set version = version + 1';
const TENANT = "select set_config('app.tenant_id', $1, true)";
const MARK = 'insert into ops.webhooks (source, id, type, outcome) values ($1, $2, $3, $4) on conflict (source, id) do nothing';
// Svix repeats a message for some days; a later repetition changes nothing either, because newer wins.
const OLD_MARKS = "delete from ops.webhooks where received_at < now() - interval '7 days'";
const NEXT_SEQ = "select nextval('ops.read_seq')::text as seq";
const LIVING = `select (select count(*)::int from public.users where deleted_at is null) as users,
  (select count(*)::int from ops.clerk_memberships where deleted_at is null) as memberships`;
const TRIED = 'update ops.clerk_state set tried_at = $1, problem = $2';
const COMPLETE = 'update ops.clerk_state set tried_at = $1, succeeded_at = $1, problem = $2';
const AS_OF = 'update kpi.platform set users_as_of = $1';
const STATE = 'select tried_at, succeeded_at, problem from ops.clerk_state';
const MAP = `insert into ops.clerk_organizations as o (id, mapped_tenant) values ($1, $2)
  on conflict (id) do update set mapped_tenant = excluded.mapped_tenant`;
const AUDIT = "insert into ops.audit (actor, tenant_id, action, details) values ('operator', $1, 'users map', $2)";

const CLOSE = `update ops.clerk_memberships set deleted_at = now(), read_seq = $2
  where organization_id = any($1::text[]) and deleted_at is null and read_seq < $2::bigint`;

const MERGE_USERS = sqlFile('users-merge');
const DELETE_USERS = sqlFile('users-delete');
const ABSENT_USERS = sqlFile('users-absent');
const MERGE_ORGANIZATIONS = sqlFile('clerk-organizations-merge');
const MERGE_MEMBERSHIPS = sqlFile('clerk-memberships-merge');
const DELETE_MEMBERSHIPS = sqlFile('clerk-memberships-delete');
const ABSENT_MEMBERSHIPS = sqlFile('clerk-memberships-absent');
const DIFFERING = sqlFile('user-tenants-differing');
const APPLY = sqlFile('user-tenants-apply');
const LIST = sqlFile('users-list');

/** Number that orders a page among others and among messages: drawn before the page is asked for. */
export async function drawReadSeq(db: Database): Promise<string> {
  return (await db.query<{ seq: string }>(NEXT_SEQ)).rows[0]!.seq;
}

/**
 * Writes what a page or a message says and what follows from it for `public.user_tenants`, all or nothing. The row of `ops.clerk_state`
 * is taken first, so that two writers never derive from halves of each other.
 * @returns false when the message had been acted on before: nothing is written
 */
export async function applyUserChange(db: Database, change: UserChange, mark?: MessageMark): Promise<boolean> {
  // No tenant yet: public.users belongs to none, and the tenants that follow are named one after the other.
  return db.transaction('', async ({ query }) => {
    await query(LOCK);
    if (mark !== undefined) {
      await query(OLD_MARKS);
      if ((await query(MARK, [mark.source, mark.id, mark.type, mark.outcome])).rowCount === 0) return false;
    }
    const { fromList, readSeq, users = [], organizations = [], memberships = [] } = change;
    const { goneUsers = [], goneMemberships = [], goneOrganizations = [] } = change;
    if (users.length > 0) await query(MERGE_USERS, [newest(users), fromList, readSeq]);
    const changed =
      organizations.length === 0 ? 0 : (await query(MERGE_ORGANIZATIONS, [newest(organizations), fromList, readSeq])).rowCount;
    if (memberships.length > 0) await query(MERGE_MEMBERSHIPS, [newest(memberships), fromList, readSeq]);
    if (goneUsers.length > 0) await query(DELETE_USERS, [goneUsers, readSeq]);
    if (goneMemberships.length > 0) await query(DELETE_MEMBERSHIPS, [JSON.stringify(goneMemberships), readSeq]);
    if (goneOrganizations.length > 0) await query(CLOSE, [goneOrganizations, readSeq]);
    const touched = [
      ...users.map(({ id }) => id),
      ...goneUsers,
      ...memberships.map(({ user_id }) => user_id),
      ...goneMemberships.map(({ user_id }) => user_id),
    ];
    // An organisation's tenant concerns all of its members.
    const everyone = changed !== 0 || goneOrganizations.length > 0;
    if (everyone || touched.length > 0) await settleTenants(query, everyone ? null : touched);
    return true;
  });
}

/** One statement cannot write the same row twice; of two versions in one page the newer is kept. */
function newest(records: readonly { readonly id: string; readonly updated_at: Date }[]): string {
  const byId = new Map<string, (typeof records)[number]>();
  for (const record of records) {
    const known = byId.get(record.id);
    if (known === undefined || known.updated_at <= record.updated_at) byId.set(record.id, record);
  }
  return JSON.stringify([...byId.values()]);
}

interface DifferingRow {
  readonly tenant_id: string;
  readonly user_id: string;
}

/** Puts `public.user_tenants` right for these users, or for all (null). */
async function settleTenants(query: Query, users: readonly string[] | null): Promise<void> {
  const differing = (await query<DifferingRow>(DIFFERING, [users])).rows;
  for (const [tenantId, rows] of Map.groupBy(differing, (row) => row.tenant_id)) {
    await query(TENANT, [tenantId]);
    await query(APPLY, [tenantId, JSON.stringify(rows)]);
  }
}

/** How many users and memberships are known and not deleted. */
export async function livingUsers(db: Database): Promise<{ readonly users: number; readonly memberships: number }> {
  return (await db.query<{ users: number; memberships: number }>(LIVING)).rows[0]!;
}

/** Living users known before a reading began (`seq`) that it did not meet. */
export async function absentUsers(db: Database, met: readonly string[], seq: string): Promise<string[]> {
  return (await db.query<{ id: string }>(ABSENT_USERS, [met, seq])).rows.map(({ id }) => id);
}

/** Living memberships known before a reading began (`seq`) that it did not meet. */
export async function absentMemberships(db: Database, met: readonly string[], seq: string): Promise<MembershipKey[]> {
  return (await db.query<MembershipKey>(ABSENT_MEMBERSHIPS, [met, seq])).rows;
}

/** Writes how a reading ended. Only a complete one says how many users there are. */
export async function noteUserReading(db: Database, startedAt: Date, complete: boolean, problem: string | null): Promise<void> {
  await db.transaction('', async ({ query }) => {
    await query(complete ? COMPLETE : TRIED, [startedAt, problem]);
    if (complete) await query(AS_OF, [startedAt]);
  });
}

export interface UserReadingState {
  readonly tried_at: Date | null;
  readonly succeeded_at: Date | null;
  readonly problem: string | null;
}

export async function userReadingState(db: Database): Promise<UserReadingState> {
  return (await db.query<UserReadingState>(STATE)).rows[0]!;
}

export interface ListedUser {
  readonly id: string;
  readonly banned: boolean;
  readonly locked: boolean;
  readonly created_at: Date | null;
  readonly last_sign_in_day: string | null;
  readonly tenants: readonly { readonly rut: string; readonly role: string | null; readonly because: string }[];
  readonly organizations: readonly string[];
  readonly unassigned_because: 'unknown_tenant' | 'unmapped_organization' | 'no_hint' | null;
}

/** Living users; `unassigned`: only those that no company, or not every company they name, could be told for. */
export async function listUsers(db: Database, unassigned: boolean): Promise<ListedUser[]> {
  return (await db.query<ListedUser>(LIST, [unassigned])).rows;
}

/** Says which tenant an organisation is (null: takes it back); the organisation's own metadata still outrank it. */
export async function mapOrganization(db: Database, organizationId: string, tenantId: string | null): Promise<void> {
  await db.transaction('', async ({ query }) => {
    await query(LOCK);
    await query(MAP, [organizationId, tenantId]);
    await query(AUDIT, [tenantId, { organization: organizationId }]);
    await settleTenants(query, null);
  });
}

/** Forgets messages whose repetition is no longer to be expected: after seven days. */
export async function forgetOldWebhooks(db: Database): Promise<void> {
  await db.query(OLD_MARKS);
}
