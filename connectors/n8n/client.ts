import { SourceError, type ErrorCode, type HttpAnswer, type ReadContext } from '#contract';
import { z } from 'zod';
import type { N8nSettings } from './settings.ts';

/** Query of one list page. A limit of 0 would return every row at once (measured on 2.41.1), so it cannot be said. */
export type Query = Readonly<Record<string, string>> & { readonly limit: '1' | '10' | '25' | '50' | '250' };

export interface ListPage {
  readonly rows: readonly unknown[];
  readonly nextCursor: string | null;
  /** The source's clock at the answer (`Date` header, whole seconds), or null where a proxy strips it. */
  readonly date: string | null;
}

/** Answers with data are refused above this size (bytes): one large run alone can be 9 MB, and a page holds 25. */
export const DATA_CAP = 16 * 1024 * 1024;

/** How a release that cannot redact says so. */
export const UNREDACTED = /redactExecutionData|nknown query param/i;

const listAnswer = z.object({ data: z.array(z.unknown()), nextCursor: z.string().nullish() });
const messageAnswer = z.object({ message: z.string() });
const discoverAnswer = z.object({ data: z.object({ scopes: z.array(z.string()) }) });

/** The calls of n8n's public API that this connector makes; all of them read. */
export interface N8nClient {
  /** @throws SourceError */
  list(resource: 'executions' | 'workflows', query: Query, maxBytes?: number): Promise<ListPage>;
  /** The same, or null when the instance refuses the query (400) with a message that matches: an older release. */
  listIfKnown(resource: 'executions', query: Query, refusal: RegExp, maxBytes?: number): Promise<ListPage | null>;
  /**
   * One execution, or null when the instance no longer has it. Its data are asked for without item data and message; releases
   * before 2.30 refuse that and give all of it, of which no more is kept.
   */
  execution(id: string, withData: boolean): Promise<unknown>;
  /** Scopes of the key, or null where the instance cannot say (releases before 2.30). */
  scopes(): Promise<readonly string[] | null>;
}

/** Binds the API to one connection. The key travels in `X-N8N-API-KEY`; as a bearer token it is refused. */
export function n8nClient(context: ReadContext<N8nSettings>): N8nClient {
  const { settings, http } = context;
  let redacts = true;

  async function get(path: string, accept: (status: number, message: string) => boolean, maxBytes?: number): Promise<HttpAnswer> {
    return http(`${settings.base_url}/api/v1/${path}`, {
      headers: { 'X-N8N-API-KEY': settings.api_key, accept: 'application/json' },
      ...(maxBytes === undefined ? {} : { maxBytes }),
      classify: (answer) => (accept(answer.status, messageOf(answer)) ? 'ok' : refusalOf(answer)),
    });
  }

  async function list(resource: string, query: Query, refusal: RegExp | null, maxBytes?: number): Promise<ListPage | null> {
    const path = `${resource}?${new URLSearchParams(query).toString()}`;
    const answer = await get(path, (status, message) => status === 400 && refusal !== null && refusal.test(message), maxBytes);
    if (answer.status === 400) return null;
    const page = listAnswer.safeParse(json(answer, resource));
    if (!page.success) throw notN8n(resource, answer.status);
    const date = Date.parse(answer.headers['date'] ?? '');
    return {
      rows: page.data.data,
      nextCursor: page.data.nextCursor ?? null,
      date: Number.isNaN(date) ? null : new Date(date).toISOString(),
    };
  }

  return {
    async list(resource, query, maxBytes) {
      const page = await list(resource, query, null, maxBytes);
      if (page === null) throw notN8n(resource, 400);
      return page;
    },
    listIfKnown: list,
    async execution(id, withData) {
      // Taken once: several reads are under way together, and the first refusal changes it for the next ones only.
      const redacted = redacts && withData;
      const known = (status: number, message: string) =>
        (status === 404 && message !== '') || (redacted && status === 400 && UNREDACTED.test(message));
      const read = (query: string) => get(`executions/${id}${query}`, known, DATA_CAP);
      let answer = await read(redacted ? '?includeData=true&redactExecutionData=true' : withData ? '?includeData=true' : '');
      if (answer.status === 400) {
        redacts = false;
        answer = await read('?includeData=true');
      }
      return answer.status === 404 ? null : json(answer, `executions/${id}`);
    },
    async scopes() {
      const answer = await get('discover', (status) => status === 404);
      const found = answer.status === 404 ? null : discoverAnswer.safeParse(json(answer, 'discover'));
      return found?.success ? found.data.data.scopes : null;
    },
  };
}

/** n8n's own error text; empty for anything that is not n8n's JSON (a proxy's page). Never put into our messages. */
function messageOf(answer: HttpAnswer): string {
  try {
    const parsed = messageAnswer.safeParse(JSON.parse(answer.body));
    return parsed.success ? parsed.data.message : '';
  } catch {
    return '';
  }
}

/** Answers that mean something particular here; the rest is left to the common table. `outbound` puts the address in front. */
function refusalOf(answer: HttpAnswer): SourceError | null {
  const refuse = (code: ErrorCode, message: string, advice: string) =>
    new SourceError({ kind: 'config', code, message, advice, status: answer.status });
  switch (answer.status) {
    case 401:
      return refuse(
        'unauthorized',
        'the API key was refused (401)',
        'Create a key in n8n under Settings > n8n API and store it as api_key.',
      );
    case 403:
      return refuse(
        'forbidden',
        'the API key lacks a scope (403)',
        'Give the key the scopes workflow:list, execution:list and execution:read, then run: kpi check',
      );
    case 404:
      return refuse(
        'not_found',
        'there is no n8n API at this address (404)',
        'Correct base_url: the address of the instance, without /api/v1.',
      );
    case 400:
      if (/cursor/i.test(messageOf(answer))) {
        const advice = 'Start the stream again from its overlap: kpi sync --reset-cursor';
        return refuse('cursor_refused', 'the instance no longer accepts the stored place in its list (400)', advice);
      }
      return refuse('bad_request', 'the request was refused (400)', 'Run kpi check; if it finds nothing, report the n8n release in use.');
    default:
      return null;
  }
}

function json(answer: HttpAnswer, path: string): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch (cause) {
    const html = answer.body.trimStart().startsWith('<');
    throw new SourceError({
      kind: 'transient',
      code: html ? 'html_answer' : 'bad_json',
      message: `n8n ${path}: answered ${html ? 'an HTML page' : 'something that is not JSON'} with status ${answer.status}`,
      advice: 'Nothing to do if it passes; else check base_url and the proxy in front of n8n.',
      status: answer.status,
      // A syntax error quotes the text it failed on, which may be data: only its name is kept.
      cause: cause instanceof Error ? cause.name : undefined,
    });
  }
}

function notN8n(resource: string, status: number): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'unexpected_answer',
    message: `n8n ${resource}: answered ${status} with JSON that is not an n8n list`,
    advice: 'Check that base_url is the address of an n8n instance.',
    status,
  });
}
