import { SourceError, type Http, type HttpAnswer } from '#contract';
import { z } from 'zod';
import { RAW_MEMBERSHIP, RAW_USER, type RawMembership, type RawUser } from './records.ts';

/** Most records Clerk gives at once. */
export const PAGE = 500;
/** Most ids `user_id` may name at once. */
const IDS = 100;
/** Release of the API whose answers are read here. */
const API_VERSION = '2025-11-10';

/** Records of one page. Those that could not be read are counted, with their id where they have one. */
export interface ClerkPage<R> {
  readonly records: readonly R[];
  readonly unreadable: number;
  /** Records the page held, readable or not: fewer than were asked for means that it is the last. */
  readonly size: number;
}

/** The part of Clerk's Backend API that is read here. */
export interface ClerkClient {
  /** Users, oldest first: who registers during a walk comes at its end and moves nobody. */
  users(offset: number): Promise<ClerkPage<RawUser>>;
  /** Those of these users that exist. */
  usersById(ids: readonly string[]): Promise<ClerkPage<RawUser>>;
  countUsers(): Promise<number>;
  /** Memberships of all organisations, oldest first, and how many there are; null where the instance has no organisations. */
  memberships(offset: number): Promise<(ClerkPage<RawMembership> & { readonly total: number }) | null>;
  /** Ids of a user's memberships. */
  membershipsOf(userId: string): Promise<ReadonlySet<string>>;
}

const LIST = z.array(z.unknown());
const PAGED = z.object({ data: LIST, total_count: z.number().int().min(0) });
const COUNT = z.object({ total_count: z.number().int().min(0) });
const FAULTS = z.object({ errors: z.array(z.object({ code: z.string() })) });
const ID = z.object({ id: z.string() });

/** @param baseUrl address of the API without a path, `https://api.clerk.com` */
export function clerkClient(http: Http, baseUrl: string, secretKey: string): ClerkClient {
  const headers = { authorization: `Bearer ${secretKey}`, 'clerk-api-version': API_VERSION };
  const get = async <S extends z.ZodType>(path: string, query: Record<string, string | readonly string[]>, schema: S, ok?: Accept) => {
    const url = new URL(`/v1${path}`, baseUrl);
    for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) url.searchParams.append(name, one);
    const answer = await http(url.href, { headers, ...(ok === undefined ? {} : { classify: ok }) });
    if (answer.status !== 200) return null;
    const parsed = schema.safeParse(parse(answer.body));
    if (parsed.success) return parsed.data;
    throw unexpected(path);
  };
  const must = <T>(value: T | null): T => {
    if (value === null) throw unexpected('');
    return value;
  };
  return {
    users: async (offset) =>
      page(must(await get('/users', { limit: String(PAGE), offset: String(offset), order_by: 'created_at' }, LIST)), RAW_USER),
    usersById: async (ids) => {
      const parts: ClerkPage<RawUser>[] = [];
      for (let at = 0; at < ids.length; at += IDS) {
        const query = { user_id: ids.slice(at, at + IDS), limit: String(IDS) };
        parts.push(page(must(await get('/users', query, LIST)), RAW_USER));
      }
      return {
        records: parts.flatMap(({ records }) => records),
        unreadable: parts.reduce((sum, part) => sum + part.unreadable, 0),
        size: parts.reduce((sum, part) => sum + part.size, 0),
      };
    },
    countUsers: async () => must(await get('/users/count', {}, COUNT)).total_count,
    memberships: async (offset) => {
      const query = { limit: String(PAGE), offset: String(offset), order_by: 'created_at' };
      const answer = await get('/organization_memberships', query, PAGED, withoutOrganizations);
      return answer === null ? null : { ...page(answer.data, RAW_MEMBERSHIP), total: answer.total_count };
    },
    membershipsOf: async (userId) => {
      const path = `/users/${encodeURIComponent(userId)}/organization_memberships`;
      const answer = await get(path, { limit: String(PAGE) }, PAGED, goneUser);
      return new Set((answer?.data ?? []).map((one) => ID.parse(one).id));
    },
  };
}

type Accept = (answer: HttpAnswer) => 'ok' | null;

/** Organisations are a feature that an instance may not have. */
const withoutOrganizations: Accept = (answer) => {
  if (answer.status !== 403 && answer.status !== 404) return null;
  const faults = FAULTS.safeParse(parse(answer.body));
  const off = faults.success && faults.data.errors.some(({ code }) => code.startsWith('organization_not_enabled'));
  return off ? 'ok' : null;
};

const goneUser: Accept = (answer) => (answer.status === 404 ? 'ok' : null);

function page<R>(list: readonly unknown[], schema: z.ZodType<R>): ClerkPage<R> {
  const read = list.map((one) => schema.safeParse(one));
  const records = read.flatMap((one) => (one.success ? [one.data] : []));
  return { records, unreadable: read.length - records.length, size: read.length };
}

/** Not the parser's own error: it would repeat the text, and that is about people. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function unexpected(path: string): SourceError {
  return new SourceError({
    kind: 'bug',
    code: 'unexpected_answer',
    message: `clerk ${path}: the answer does not look like Clerk's Backend API ${API_VERSION}`,
    advice: 'Check CLERK_API_URL; if it is right, report this with the API version.',
  });
}
