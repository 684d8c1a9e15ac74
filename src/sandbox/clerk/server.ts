import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import type { ClerkInstance } from './model.ts';
import { membershipShape, userShape } from './shapes.ts';

export interface ClerkServerOptions extends ServerOptions {
  readonly instance: ClerkInstance;
  /** Absent: that of a production instance, 1,000 in ten seconds. */
  readonly limits?: { readonly requestsPerTenSeconds: number };
}

const MOST = 500;
const MOST_IDS = 100;
const ORDERS = ['created_at', 'updated_at', 'last_sign_in_at'] as const;
const USER_PARAMETERS = ['limit', 'offset', 'order_by', 'user_id'];

/** Serves the part of Clerk's Backend API that reads users and memberships, from the model as it is at each request. */
export function startClerk(options: ClerkServerOptions): Promise<SandboxServer> {
  const limited = limiter(options.limits?.requestsPerTenSeconds ?? 1000);
  return startServer(options, (request) => {
    if (request.headers.authorization !== `Bearer ${options.instance.secretKey}`) {
      const missing = request.headers.authorization === undefined;
      return fault(401, missing ? 'authorization_header_missing' : 'clerk_key_invalid', 'The provided Clerk Secret Key is invalid.');
    }
    const wait = limited();
    if (wait > 0)
      return {
        ...fault(429, 'too_many_requests', 'Too many requests. Please try again in a bit.'),
        headers: { 'retry-after': String(Math.ceil(wait / 1000)) },
      };
    return answer(options.instance, request);
  });
}

function answer(instance: ClerkInstance, request: SandboxRequest): SandboxAnswer {
  const { pathname, searchParams } = request.url;
  if (request.method !== 'GET') return fault(405, 'method_not_allowed', 'Only reading is simulated.');
  if (pathname === '/v1/users') return listUsers(instance, searchParams);
  if (pathname === '/v1/users/count') return { status: 200, body: { object: 'total_count', total_count: instance.users.length } };
  if (pathname === '/v1/organization_memberships') return listMemberships(instance, searchParams, null);
  const ofUser = /^\/v1\/users\/(\w+)\/organization_memberships$/.exec(pathname)?.[1];
  if (ofUser !== undefined) {
    if (!instance.users.some(({ id }) => id === ofUser)) return fault(404, 'resource_not_found', 'No user was found with that id.');
    return listMemberships(instance, searchParams, ofUser);
  }
  return fault(404, 'resource_not_found', 'There is nothing here.');
}

/** A plain array, unlike every other list. Ids that are not found are left out without a word. */
function listUsers({ users }: ClerkInstance, query: URLSearchParams): SandboxAnswer {
  const unknown = [...query.keys()].find((key) => !USER_PARAMETERS.includes(key));
  if (unknown !== undefined) return fault(422, 'form_param_unknown', `${unknown} is not a valid parameter for this request.`);
  const paging = pageOf(query);
  if (paging === null) return wrongPaging();
  const [, sign, field] = /^([+-]?)(\w+)$/.exec(query.get('order_by') ?? '-created_at') ?? [];
  const order = ORDERS.find((name) => name === field);
  if (order === undefined) return fault(422, 'form_param_value_invalid', 'order_by does not match one of the allowed values.');
  const ids = query.getAll('user_id');
  if (ids.length > MOST_IDS) return fault(422, 'form_param_exceeds_allowed_size', 'Too many user ids.');
  const key = (user: (typeof users)[number]) =>
    order === 'created_at' ? user.createdAt : order === 'updated_at' ? user.updatedAt : (user.lastSignInAt ?? 0);
  const turn = sign === '-' ? -1 : 1;
  const rows = users
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .toSorted((a, b) => turn * (key(a) - key(b) || (a.id < b.id ? -1 : 1)))
    .slice(paging.offset, paging.offset + paging.limit);
  return { status: 200, body: rows.map(userShape) };
}

function listMemberships(instance: ClerkInstance, query: URLSearchParams, userId: string | null): SandboxAnswer {
  if (!instance.organizationsEnabled)
    return fault(403, 'organization_not_enabled_in_instance', 'The organizations feature is not enabled for this instance.');
  const paging = pageOf(query);
  if (paging === null) return wrongPaging();
  const rows = instance.memberships
    .filter((membership) => userId === null || membership.userId === userId)
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const shown = rows.slice(paging.offset, paging.offset + paging.limit).map((membership) => membershipShape(instance, membership));
  return { status: 200, body: { data: shown, total_count: rows.length } };
}

function pageOf(query: URLSearchParams): { limit: number; offset: number } | null {
  const limit = Number(query.get('limit') ?? 10);
  const offset = Number(query.get('offset') ?? 0);
  return Number.isInteger(limit) && limit >= 1 && limit <= MOST && Number.isInteger(offset) && offset >= 0 ? { limit, offset } : null;
}

const wrongPaging = () => fault(422, 'form_param_format_invalid', 'limit is from 1 to 500, offset from 0.');

function fault(status: number, code: string, message: string): SandboxAnswer {
  return { status, body: { errors: [{ message, long_message: message, code }], clerk_trace_id: 'sandbox' } };
}

/** Milliseconds until a request may be made again, 0 when it may now. Counts in real time: the world's clock may stand still. */
function limiter(most: number): () => number {
  let from = performance.now();
  let used = 0;
  return () => {
    const now = performance.now();
    if (now - from >= 10_000) {
      from = now;
      used = 0;
    }
    used += 1;
    return used > most ? 10_000 - (now - from) : 0;
  };
}
