import { SourceError, type Log } from '#contract';
import type { Database } from '../store/database.ts';
import { listTenants } from '../store/tenants.ts';
import {
  absentMemberships,
  absentUsers,
  applyUserChange,
  drawReadSeq,
  livingUsers,
  noteUserReading,
  type MembershipKey,
} from '../store/users.ts';
import { PAGE, type ClerkClient, type ClerkPage } from './client.ts';
import { membershipRecord, organizationRecord, userRecord } from './records.ts';
import { tenantIndex, type TenantIndex } from './tenant-hint.ts';

export interface UserSyncOptions {
  readonly db: Database;
  readonly client: ClerkClient;
  readonly log: Log;
  readonly now: () => Date;
  /** A person's word that however many are gone are gone. */
  readonly acceptDeletions: boolean;
}

/** What a reading came to. */
export interface UserSync {
  /** The list was read to its end, agreed with Clerk's own count, and nothing in it was unreadable or waits for a person. */
  readonly complete: boolean;
  readonly users: number;
  readonly memberships: number;
  readonly deleted_users: number;
  readonly ended_memberships: number;
  /** What a person should look at, and do. */
  readonly problem: string | null;
}

/** What a walk over a list met. */
interface Walk {
  readonly met: ReadonlySet<string>;
  readonly unreadable: number;
  /** How many there are, by Clerk's own count at the end. */
  readonly count: number;
  /** Number drawn before the walk began: rows that are newer were made meanwhile. */
  readonly seq: string;
}

interface Swept {
  readonly gone: number;
  readonly problem: string | null;
}

/**
 * Reads all users and memberships. Absence is not deletion: only when a walk met as many as Clerk counts are those it missed asked for one
 * by one, and only those that Clerk then does not have are marked as gone; not many at once without a person's word, because a key of
 * another instance would look just so.
 * @throws SourceError as Clerk's HTTP failures are told; it is written down first
 */
export async function syncUsers(options: UserSyncOptions): Promise<UserSync> {
  const { db, log, now } = options;
  const startedAt = now();
  try {
    const tenants = tenantIndex(await listTenants(db));
    const users = await walkUsers(options, tenants);
    const goneUsers = await sweepUsers(options, users, tenants);
    const memberships = await walkMemberships(options, tenants);
    const goneMemberships = await sweepMemberships(options, memberships);
    const problems = [
      faultOf('users', users),
      goneUsers.problem,
      faultOf('memberships of organisations', memberships),
      goneMemberships.problem,
    ].filter((problem) => problem !== null);
    const problem = problems.length === 0 ? null : problems.join('; ');
    await noteUserReading(db, startedAt, problem === null, problem);
    const result: UserSync = {
      complete: problem === null,
      users: users.met.size,
      memberships: memberships.met.size,
      deleted_users: goneUsers.gone,
      ended_memberships: goneMemberships.gone,
      problem,
    };
    if (problem === null) log.info({ ...result }, 'users were read');
    else log.warn({ ...result }, 'users were read, but not all is well');
    return result;
  } catch (error) {
    if (error instanceof SourceError) await noteUserReading(db, startedAt, false, `${error.message}. ${error.advice}`);
    throw error;
  }
}

async function walkUsers({ db, client }: UserSyncOptions, tenants: TenantIndex): Promise<Walk> {
  const seq = await drawReadSeq(db);
  const met = new Set<string>();
  const known = await client.countUsers();
  let unreadable = 0;
  for (let offset = 0; ;) {
    const readSeq = await drawReadSeq(db);
    const page = await client.users(offset);
    await applyUserChange(db, { fromList: true, readSeq, users: page.records.map((raw) => userRecord(raw, tenants)) });
    for (const { id } of page.records) met.add(id);
    unreadable += page.unreadable;
    offset += page.size;
    if (isLast(page, met.size, known)) break;
  }
  return { met, unreadable, count: await client.countUsers(), seq };
}

async function walkMemberships({ db, client }: UserSyncOptions, tenants: TenantIndex): Promise<Walk> {
  const seq = await drawReadSeq(db);
  const met = new Set<string>();
  let unreadable = 0;
  for (let offset = 0; ;) {
    const readSeq = await drawReadSeq(db);
    const page = await client.memberships(offset);
    if (page === null) return { met, unreadable, count: 0, seq };
    const organizations = page.records.map(({ organization }) => organizationRecord(organization, tenants));
    await applyUserChange(db, { fromList: true, readSeq, organizations, memberships: page.records.map(membershipRecord) });
    for (const { id } of page.records) met.add(id);
    unreadable += page.unreadable;
    offset += page.size;
    if (isLast(page, met.size, page.total)) return { met, unreadable, count: page.total, seq };
  }
}

/** An empty page ends a list; a short one too, unless something is still missing. */
function isLast(page: ClerkPage<unknown>, met: number, known: number): boolean {
  return page.size === 0 || (page.size < PAGE && met >= known);
}

function isComplete({ met, unreadable, count }: Walk): boolean {
  return unreadable === 0 && met.size === count;
}

function faultOf(what: string, walk: Walk): string | null {
  if (walk.unreadable > 0) return `${walk.unreadable} ${what} could not be read; report this with the version of Clerk's API`;
  // Somebody registered or left meanwhile: the next reading tells.
  return isComplete(walk) ? null : `${walk.met.size} ${what} were read and Clerk counts ${walk.count}; the next reading tells more`;
}

async function sweepUsers({ db, client, acceptDeletions }: UserSyncOptions, walk: Walk, tenants: TenantIndex): Promise<Swept> {
  if (!isComplete(walk)) return { gone: 0, problem: null };
  const candidates = await absentUsers(db, [...walk.met], walk.seq);
  if (candidates.length === 0) return { gone: 0, problem: null };
  const readSeq = await drawReadSeq(db);
  const found = (await client.usersById(candidates)).records;
  const there = new Set(found.map(({ id }) => id));
  const goneUsers = candidates.filter((id) => !there.has(id));
  const refusal = acceptDeletions ? null : tooMany('users', goneUsers.length, (await livingUsers(db)).users);
  await applyUserChange(db, {
    fromList: true,
    readSeq,
    users: found.map((raw) => userRecord(raw, tenants)),
    goneUsers: refusal === null ? goneUsers : [],
  });
  return { gone: refusal === null ? goneUsers.length : 0, problem: refusal };
}

async function sweepMemberships({ db, client, acceptDeletions }: UserSyncOptions, walk: Walk): Promise<Swept> {
  if (!isComplete(walk)) return { gone: 0, problem: null };
  const candidates = await absentMemberships(db, [...walk.met], walk.seq);
  const refusal = acceptDeletions ? null : tooMany('memberships', candidates.length, (await livingUsers(db)).memberships);
  if (candidates.length === 0 || refusal !== null) return { gone: 0, problem: refusal };
  const readSeq = await drawReadSeq(db);
  const goneMemberships: MembershipKey[] = [];
  for (const [userId, keys] of Map.groupBy(candidates, (key) => key.user_id)) {
    const there = await client.membershipsOf(userId);
    goneMemberships.push(...keys.filter(({ id }) => !there.has(id)));
  }
  await applyUserChange(db, { fromList: true, readSeq, goneMemberships });
  return { gone: goneMemberships.length, problem: null };
}

/** Two in a hundred, at least 5 and at most 50, may be gone at once; more needs a person's word. */
function tooMany(what: string, gone: number, living: number): string | null {
  const most = Math.min(50, Math.max(5, Math.floor(living * 0.02)));
  if (gone <= most) return null;
  return `${gone} of ${living} ${what} are no longer in Clerk, more than the ${most} that are believed without a person's word: if the key is of the right instance, type kpi users sync --accept-deletions`;
}
