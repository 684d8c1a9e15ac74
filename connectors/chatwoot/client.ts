import { SourceError, type HttpAnswer, type ReadContext } from '#contract';
import { refusalOf } from './refusals.ts';
import type { ChatwootSettings } from './settings.ts';

export type Params = Readonly<Record<string, string | number>>;

export interface ServerAnswer {
  readonly status: number;
  readonly json: unknown;
  /** The server's own clock when it answered (Date header, whole seconds), as an instant. */
  readonly at: string;
}

/** How Chatwoot is asked. Every method throws SourceError. */
export interface ChatwootClient {
  /** GET below `/api/v1/accounts/{account_id}`. Statuses in `accept` return instead of throwing. */
  get(path: string, params?: Params, accept?: readonly number[]): Promise<ServerAnswer>;
  /** POST below the account; only ever a search. */
  post(path: string, params: Params, body: unknown): Promise<ServerAnswer>;
  /** GET below the installation's own address, outside the account. */
  getRoot(path: string): Promise<ServerAnswer>;
}

/** A client over the context's `http`. The token travels in `api_access_token`, not as a bearer token. */
export function openClient(context: ReadContext<ChatwootSettings>): ChatwootClient {
  const { base_url, account_id, api_access_token } = context.settings;
  const account = `${base_url}/api/v1/accounts/${account_id}`;
  const headers = { api_access_token, accept: 'application/json' };

  async function send(url: string, what: string, accept: readonly number[], body?: string): Promise<ServerAnswer> {
    const answer = await context.http(url, {
      ...(body === undefined ? {} : { method: 'POST', body }),
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      classify: (given) => (accept.includes(given.status) && isOwn(given) ? 'ok' : refusalOf(given)),
    });
    return { status: answer.status, json: parse(answer, what), at: clockOf(answer, what) };
  }

  return {
    get: (path, params = {}, accept = []) => send(`${account}${path}${query(params)}`, `GET ${path}`, accept),
    post: (path, params, body) => send(`${account}${path}${query(params)}`, `POST ${path}`, [], JSON.stringify(body)),
    getRoot: (path) => send(`${base_url}${path}`, `GET ${path}`, []),
  };
}

/** An answer of a shape that Chatwoot does not give. Names the keys' fault, never the content. */
export function unexpectedAnswer(what: string): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'unexpected_answer',
    message: `${what}: the answer does not have the shape Chatwoot gives`,
    advice: 'Check that base_url leads to Chatwoot itself, then run kpi check; this connector was written for versions 4.0.2 to 4.15.1',
  });
}

/** A 404 of Chatwoot itself is JSON; a proxy's web page says nothing about a record. */
function isOwn({ status, body }: HttpAnswer): boolean {
  return status !== 404 || body.trimStart().startsWith('{');
}

function query(params: Params): string {
  const pairs = Object.entries(params).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function parse(answer: HttpAnswer, what: string): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    // An accepted error status may carry anything: nothing of it is read.
    if (answer.status >= 400) return null;
    throw new SourceError({
      kind: 'transient',
      code: 'invalid_json',
      status: answer.status,
      message: `${what}: the answer is not complete JSON`,
      advice: 'Nothing to do at first: it is read again. If it stays, look at what stands between this machine and Chatwoot',
    });
  }
}

function clockOf(answer: HttpAnswer, what: string): string {
  const at = Date.parse(answer.headers['date'] ?? '');
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new SourceError({
    kind: 'config',
    code: 'no_server_clock',
    message: `${what}: the answer has no readable Date header, so the server's clock is unknown`,
    advice: 'Have the proxy in front of Chatwoot pass the Date header on',
  });
}
