import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import { executionRow, listExecutions, listWorkflows, successfulRetries } from './list.ts';
import type { N8nInstance } from './model.ts';
import { RELEASES, type N8nRelease } from './release.ts';
import { singleFields } from './shapes.ts';

const READ_SCOPES = ['workflow:read', 'workflow:list', 'execution:read', 'execution:list', 'tag:list'] as const;

export interface N8nServerOptions extends ServerOptions {
  readonly instance: N8nInstance;
  /** Keys and their scopes; absent: the instance's own key with every scope for reading. */
  readonly apiKeys?: Readonly<Record<string, readonly string[]>>;
  /** Absent: none, as n8n has none of its own before 2.47. */
  readonly limits?: { readonly requestsPerMinute: number };
  /** Which release's quirks; default 2.41. */
  readonly release?: N8nRelease;
}

/** Serves the part of n8n's public API that a reader meets, from the model as it is at each request. */
export function startN8n(options: N8nServerOptions): Promise<SandboxServer> {
  const keys = options.apiKeys ?? { [options.instance.apiKey]: READ_SCOPES };
  const limited = limiter(options.limits?.requestsPerMinute ?? Number.POSITIVE_INFINITY);
  return startServer(options, (request) => {
    const scopes = scopesOf(request, keys);
    if (typeof scopes === 'string') return { status: 401, body: { message: scopes } };
    const wait = limited();
    if (wait > 0)
      return { status: 429, headers: { 'retry-after': String(Math.ceil(wait / 1000)) }, body: { message: 'Too many requests' } };
    return answer(options.instance, request, scopes, options.release ?? '2.41');
  });
}

function answer(instance: N8nInstance, request: SandboxRequest, scopes: readonly string[], release: N8nRelease): SandboxAnswer {
  const { pathname, searchParams } = request.url;
  const needs = (scope: string, then: () => SandboxAnswer): SandboxAnswer =>
    scopes.includes(scope) ? then() : { status: 403, body: { message: 'Forbidden' } };
  if (request.method !== 'GET') return { status: 405, body: { message: 'GET method not allowed' } };
  if (pathname === '/api/v1/discover' && RELEASES[release].discover) return { status: 200, body: { data: { scopes, resources: {} } } };
  if (pathname === '/api/v1/workflows') return needs('workflow:list', () => listWorkflows(instance, searchParams));
  if (pathname === '/api/v1/executions') return needs('execution:list', () => listExecutions(instance, searchParams, release));
  const id = /^\/api\/v1\/executions\/(\d+)$/.exec(pathname)?.[1];
  if (id !== undefined) return needs('execution:read', () => oneExecution(instance, id, searchParams, release));
  return { status: 404, body: { message: 'not found' } };
}

function oneExecution(instance: N8nInstance, id: string, query: URLSearchParams, release: N8nRelease): SandboxAnswer {
  const { parameters, refusesUnknown } = RELEASES[release];
  const unknown = [...query.keys()].find((key) => !parameters.includes(key));
  if (unknown !== undefined && refusesUnknown) return { status: 400, body: { message: `Unknown query parameter '${unknown}'` } };
  const run = instance.executions.find((one) => one.id === id && !one.pruned);
  if (run === undefined) return { status: 404, body: { message: 'Not Found' } };
  const row = executionRow(
    instance,
    run,
    successfulRetries(instance),
    query.get('includeData') === 'true',
    query.get('redactExecutionData') === 'true',
  );
  return { status: 200, body: { ...row, ...singleFields(run) } };
}

/** The key's scopes, or why it is refused. Only the header counts: a key sent as a bearer token is not looked at. */
function scopesOf(request: SandboxRequest, keys: Readonly<Record<string, readonly string[]>>): readonly string[] | string {
  const key = request.headers['x-n8n-api-key'];
  if (typeof key !== 'string') return "'X-N8N-API-KEY' header required";
  return Object.hasOwn(keys, key) ? (keys[key] ?? []) : 'unauthorized';
}

/** Milliseconds until a request may be made again, 0 when it may now. Counts in real time: the world's clock may stand still. */
function limiter(perMinute: number): () => number {
  let from = performance.now();
  let used = 0;
  return () => {
    const now = performance.now();
    if (now - from >= 60_000) {
      from = now;
      used = 0;
    }
    used += 1;
    return used > perMinute ? 60_000 - (now - from) : 0;
  };
}
