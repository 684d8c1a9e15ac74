import { z } from 'zod';
import {
  ENTITIES,
  SourceError,
  type Connector,
  type Cursor,
  type Draft,
  type Entity,
  type Http,
  type Page,
  type ReadContext,
  type ReadRequest,
  type Stream,
} from '../../src/contract/index.ts';
import { unlimitedBudget } from '../../src/outbound/budget.ts';
import { createHttp } from '../../src/outbound/http.ts';
import { secretValues } from '../../src/outbound/secret-values.ts';
import type { Sandbox } from './support-sandboxes.ts';

/** More pages than any world of the suite has: who gets here does not end. */
const TOO_MANY_PAGES = 2000;

export interface Reader {
  readonly context: ReadContext<unknown>;
  /** Everything said to the log, as text. */
  readonly logged: () => string;
  /** The secrets among the settings. */
  readonly secrets: readonly string[];
}

export interface ReaderOptions {
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Deadline of one attempt in milliseconds, in place of the connector's own. */
  readonly timeoutMs?: number;
  /** Pauses between tries: none by default, so that a lasting fault is met quickly. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A connector's context over the real `outbound`. */
export function readerOf(connector: Connector, sandbox: Sandbox, options: ReaderOptions = {}): Reader {
  const { signal = new AbortController().signal, now = () => new Date(), timeoutMs, sleep = () => Promise.resolve() } = options;
  const secrets = secretValues(connector.settings, sandbox.settings);
  const lines: unknown[] = [];
  const keep = (...line: unknown[]) => void lines.push(line);
  const log = { debug: keep, info: keep, warn: keep };
  const { settings } = sandbox;
  const identity = {
    account: connector.accountKey(settings),
    host: connector.host(settings),
    lane: 'live',
    budget: unlimitedBudget,
  } as const;
  const http = createHttp({ ...identity, log, signal, secrets, now, sleep });
  const hurried: Http = (url, init) => http(url, timeoutMs === undefined ? init : { ...init, timeoutMs });
  return { context: { settings, http: hurried, now, log, signal }, logged: () => JSON.stringify(lines), secrets };
}

/** Reads to the end, or `limit` pages. Cursors go through JSON, as the database stores them. */
export async function readPages(stream: Stream<unknown>, reader: Reader, request: ReadRequest, limit = TOO_MANY_PAGES): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(reader.context, request)) {
    pages.push({ ...page, cursor: throughJson(page.cursor) });
    if (pages.length >= limit) break;
  }
  if (pages.length >= TOO_MANY_PAGES) throw new Error(`${stream.name} does not end`);
  return pages;
}

export const throughJson = (cursor: Cursor): Cursor => JSON.parse(JSON.stringify(cursor)) as Cursor;

export const fromStart: ReadRequest = { kind: 'incremental', cursor: null, from: null };

/** The newest reading of each record, as the warehouse would keep it. */
export function recordsOf(pages: readonly Page[]): Map<string, Draft> {
  return new Map(pages.flatMap(({ drafts }) => drafts.map((draft) => [keyOf(draft), draft] as const)));
}

export const keyOf = (draft: Draft): string => `${draft.entity} ${draft.sourceId}`;

const canonical = Object.fromEntries(
  Object.entries(ENTITIES).map(([entity, fields]) => [
    entity,
    z.strictObject(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema]))),
  ]),
);
const instant = z.iso.datetime();
const envelope = z.strictObject({
  entity: z.enum(Object.keys(ENTITIES) as [Entity, ...Entity[]]),
  sourceId: z.string().min(1).max(200),
  sourceCreatedAt: instant.nullable(),
  sourceUpdatedAt: instant.nullable(),
  sourceSeq: z.number().int().optional(),
  fields: z.record(z.string(), z.unknown()),
  complete: z.array(z.enum(Object.keys(ENTITIES) as [Entity, ...Entity[]])).optional(),
  raw: z.unknown().optional(),
  identity: z.strictObject({ rut: z.string().nullish(), email: z.string().nullish(), phone: z.string().nullish() }).optional(),
});

/** What is wrong with a draft by the canonical schema of its entity; empty when nothing is. */
export function faultsOf(draft: Draft): string[] {
  const parsed = [envelope.safeParse(draft), canonical[draft.entity]?.safeParse(draft.fields)];
  return parsed.flatMap(
    (result) => result?.error?.issues.map((issue) => `${keyOf(draft)} ${issue.path.join('.')}: ${issue.message}`) ?? [],
  );
}

/** The error a read ends with. */
export async function errorOf(reading: Promise<unknown>): Promise<SourceError> {
  const error: unknown = await reading.then(
    () => new Error('the read succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw error;
}
