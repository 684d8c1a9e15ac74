import { afterEach, expect } from 'vitest';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import {
  SourceError,
  type Cursor,
  type Draft,
  type Http,
  type HttpAnswer,
  type Log,
  type Page,
  type ReadContext,
  type ReadRequest,
} from '../../src/contract/index.ts';
import { expectedChatwoot } from '../../src/sandbox/chatwoot/expected.ts';
import { growChatwoot } from '../../src/sandbox/chatwoot/grow.ts';
import type { ChatwootAccount, ChatwootConversation } from '../../src/sandbox/chatwoot/model.ts';
import { startChatwoot, type ChatwootLimits } from '../../src/sandbox/chatwoot/server.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';

export const ANCHOR = new Date('2026-06-15T12:00:00Z');
export const ZONE = 'America/Santiago';
export const MINUTE = 60_000;

const servers: SandboxServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A Chatwoot with two accounts, the connector pointed at the first, and a clock that the test moves. */
export async function startWorld(options: { conversations?: number; limits?: ChatwootLimits } = {}) {
  const installation = growChatwoot({
    seed: 7,
    anchor: ANCHOR,
    accounts: [
      { accountId: 7, timeZone: ZONE, conversations: options.conversations ?? 60 },
      { accountId: 9, timeZone: 'America/New_York', conversations: 20 },
    ],
  });
  const clock = { now: ANCHOR };
  const server = await startChatwoot({
    installation,
    clock: () => clock.now,
    limits: { requestsPerMinute: 1_000_000, pageSize: 5, ...options.limits },
  });
  servers.push(server);
  const [account, other] = installation.accounts as [ChatwootAccount, ChatwootAccount];
  const asked: string[] = [];
  /** Called after each answer with its path; what it does to the world falls between two requests. */
  const between: { call: ((asked: string) => void) | null } = { call: null };
  const http: Http = async (url, init = {}) => {
    const response = await fetch(url, {
      method: init.method ?? 'GET',
      headers: { ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    const answer: HttpAnswer = { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    const path = url.slice(server.url.length);
    asked.push(path);
    between.call?.(path);
    return judge(answer, init.classify?.(answer) ?? null);
  };
  const settings = {
    base_url: server.url,
    account_id: account.id,
    api_access_token: account.users[0]!.accessToken,
    bot_user_ids: [...account.settings.botUserIds],
    whatsapp_inbox_ids: [...account.settings.whatsappInboxIds],
  };
  const logged: unknown[] = [];
  const keep = (...line: unknown[]) => void logged.push(line);
  const log: Log = { debug: keep, info: keep, warn: keep };
  const context: ReadContext<unknown> = { settings, http, now: () => clock.now, log, signal: new AbortController().signal };
  return { installation, account, other, clock, server, asked, between, context, settings, logged };
}

/** The common table in short: what `outbound` makes of an answer on which the connector has no word of its own. */
function judge(answer: HttpAnswer, own: SourceError | 'ok' | null): HttpAnswer {
  if (own instanceof SourceError) throw own;
  if (own === 'ok' || answer.status < 300) return answer;
  throw new SourceError({ kind: 'transient', code: 'server_error', status: answer.status, message: 'the server failed', advice: 'wait' });
}

export type World = Awaited<ReturnType<typeof startWorld>>;

function streamOf(name: string) {
  const stream = chatwoot.streams.find((one) => one.name === name);
  if (stream === undefined) throw new Error(`no stream ${name}`);
  return stream;
}

/** Reads up to `pages` pages. The cursor goes through JSON, as the database would store it. */
export async function read(
  context: ReadContext<unknown>,
  name: string,
  request: ReadRequest,
  pages = Number.MAX_SAFE_INTEGER,
): Promise<Page[]> {
  const out: Page[] = [];
  for await (const page of streamOf(name).read(context, request)) {
    out.push({ ...page, cursor: JSON.parse(JSON.stringify(page.cursor)) as Cursor });
    if (out.length >= pages) break;
  }
  return out;
}

export const first: ReadRequest = { kind: 'incremental', cursor: null, from: null };
export const after = (cursor: Cursor | undefined): ReadRequest => ({ kind: 'incremental', cursor: cursor ?? null, from: null });
export const draftsOf = (pages: readonly Page[]): Draft[] => pages.flatMap(({ drafts }) => drafts);
export const rejectsOf = (pages: readonly Page[]) => pages.flatMap(({ rejects }) => rejects);

/** Latest reading of each record, as the warehouse would keep it. */
export function latest(drafts: readonly Draft[]): Map<string, Draft> {
  return new Map(drafts.map((draft) => [`${draft.entity} ${draft.sourceId}`, draft]));
}

export function idsOf(drafts: readonly Draft[], entity: Draft['entity']): string[] {
  return [...latest(drafts).values()].flatMap((draft) => (draft.entity === entity ? [draft.sourceId] : [])).toSorted();
}

export function conversationIds(account: ChatwootAccount): string[] {
  return account.conversations.map(({ id }) => String(id)).toSorted();
}

export function messageIds(conversations: readonly ChatwootConversation[]): string[] {
  return conversations.flatMap(({ messages }) => messages.map(({ id }) => String(id))).toSorted();
}

const TABLES: Readonly<Record<string, string>> = {
  inbox: 'public.inboxes',
  agent: 'public.agents',
  conversation: 'public.conversations',
  message: 'public.messages',
  conversation_event: 'public.conversation_events',
  csat_response: 'public.csat_responses',
};

/** Columns that are the warehouse's. */
const DERIVED: ReadonlySet<string> = new Set([
  'business_day',
  'opening_zone',
  'is_reply',
  'resolved_at',
  'resolved_at_source',
  'resolved_day',
  'counts',
]);

type FieldValue = string | number | boolean | readonly string[] | null;

function asPostgresText(value: FieldValue): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  const instant = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(text);
  return instant === null ? text : `${instant[1] ?? ''}.${(instant[2] ?? '').padEnd(6, '0')}Z`;
}

/** What the drafts say, against what the world's own model says, cell by cell. Derived columns are the warehouse's. */
export function compareWithWorld(drafts: readonly Draft[], world: World): void {
  const rows = expectedChatwoot(world.installation, world.account.id, '76042235-5', ZONE).filter(({ table }) =>
    Object.values(TABLES).includes(table),
  );
  const said = [...latest(drafts).values()].map((draft) => ({
    key: `${TABLES[draft.entity] ?? ''} ${draft.sourceId}`,
    values: Object.fromEntries(Object.entries(draft.fields).map(([name, value]) => [name, asPostgresText(value)])),
  }));
  const expected = rows.map(({ table, sourceId, values }) => {
    const { channel, ...stated } = values;
    const own = Object.fromEntries(Object.entries(stated).filter(([name]) => !DERIVED.has(name)));
    return { key: `${table} ${sourceId}`, values: table === 'public.inboxes' ? { ...own, channel } : own };
  });
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  expect(said.toSorted(byKey)).toEqual(expected.toSorted(byKey));
}

export async function readAll(world: World): Promise<Page[]> {
  const pages: Page[] = [];
  for (const { name } of chatwoot.streams) pages.push(...(await read(world.context, name, first)));
  return pages;
}

export async function readOthers(world: World): Promise<Page[]> {
  const pages: Page[] = [];
  for (const name of ['inboxes', 'agents', 'csat_responses']) pages.push(...(await read(world.context, name, first)));
  return pages;
}
