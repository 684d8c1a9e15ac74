import type { z } from 'zod';
import type { Counting } from './counting.ts';
import type { Draft, Entity } from './entities.ts';
import type { Http } from './http.ts';
import type { Rereading } from './rereading.ts';
import type { Listing } from './listing.ts';
import type { StreamName } from './stream-names.ts';
import type { Totals } from './totals.ts';
import type { WebhookMessage, WebhookReading } from './webhook.ts';

/** Structured log given to connectors; redacts secrets by itself. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** All a connector ever gets. Never a database, a tenant or the environment. */
export interface ReadContext<S> {
  readonly settings: S;
  readonly http: Http;
  /** Our clock, for waiting and for nothing else: a watermark is never taken from it. */
  readonly now: () => Date;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A stream's place. Pages move `walk`; only the end of a walk moves `watermark`. Both are JSON. */
export interface Cursor {
  readonly v: number;
  readonly watermark: unknown;
  readonly walk: unknown;
}

/** What is to be read. `from` and `until` are UTC instants, half-open `[from, until)`. */
export type ReadRequest =
  | { readonly kind: 'incremental'; readonly cursor: Cursor | null; readonly from: string | null }
  | { readonly kind: 'backfill'; readonly cursor: Cursor | null; readonly from: string; readonly until: string };

/** A raw record that could not become a draft. The payload is already white-listed. */
export interface Reject {
  readonly entity: Entity;
  readonly sourceId: string | null;
  readonly reason: string;
  readonly payload: unknown;
}

/** Something an operator should know about what a source cannot give; kept with the stream, not an error. */
export interface Notice {
  readonly code: string;
  /** In English, for operators and machines. */
  readonly message: string;
  /** In Spanish, for whoever reads the numbers. */
  readonly es: string;
}

/** A notice in both languages. A connector has all of its own in one place, its `notices.ts`. */
export const notice = (code: string, message: string, es: string): Notice => ({ code, message, es });

export interface Page {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
  /** Records left out on purpose, counted by rule. They still count as read. */
  readonly excluded?: Readonly<Record<string, number>>;
  /** The place after this page. */
  readonly cursor: Cursor;
  /** True on the last page of a walk or of a backfill request. */
  readonly end: boolean;
  /** What this walk proves to be covered, by the source's clock; only on the last page. */
  readonly covered?: { readonly from: string | null; readonly until: string };
  /**
   * This page is a complete state of these entities: rows of the connection that it lacks are tombstoned with it. `counted`
   * is the source's own count of all of them; a page that disagrees, or is empty, is held.
   */
  readonly snapshot?: { readonly entities: readonly Entity[]; readonly counted: number };
  readonly notices?: readonly Notice[];
}

/** How a date range is read again. `none`: the stream is a state, not a history. */
export type BackfillStyle = 'time-window' | 'id-range' | 'snapshot' | 'none';
/** How deletions in the source are found. `none` also where the source prunes: absence then never means deletion. */
export type DeletionStyle = 'snapshot' | 'sweep' | 'none';

export interface Stream<S> {
  /** A new one is added to `STREAM_NAMES`, with what people call it in Spanish. */
  readonly name: StreamName;
  readonly description: string;
  readonly entities: readonly Entity[];
  readonly cursorVersion: number;
  /** How far below the watermark a walk starts again, in seconds. */
  readonly overlapSeconds: number;
  readonly backfill: BackfillStyle;
  readonly deletions: DeletionStyle;
  readonly intervalSeconds: number;
  /** The source's own count of records; absent where it has none. */
  readonly counting?: Counting<S>;
  /** How single records are read again; absent where every reading shows all of them, or a range has to be read. */
  readonly rereading?: Rereading<S>;
  /** Which records there are; every stream whose deletions are found by `sweep` has it. */
  readonly listing?: Listing<S>;
  /** What the source adds up by day, where it tells more than a count, or counts only by a list. */
  readonly totals?: Totals<S>;
  /**
   * Reads pages. A request goes out only while the consumer waits for `next()`, so that the engine can draw the page's
   * `read_seq` before it.
   * @throws SourceError
   */
  read(context: ReadContext<S>, request: ReadRequest): AsyncGenerator<Page, void, void>;
}

export interface CheckFinding {
  readonly level: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

export interface CheckReport {
  /** What makes it the same account on a later connect (see `Connector.accountKey`). Null when it could not be read. */
  readonly account: string | null;
  readonly version: string | null;
  readonly findings: readonly CheckFinding[];
}

/** A stored record, as far as an address in its source's web interface needs to know it. */
export interface RecordPlace {
  readonly entity: Entity;
  readonly sourceId: string;
  /** Source ids of the records it refers to, by column: `{ workflow_id: 'bF2x' }`. Those that have not arrived are left out. */
  readonly refs: Readonly<Record<string, string>>;
  /** Version that the source stated when it was last checked. */
  readonly version: string | null;
}

export interface Connector<S = unknown> {
  readonly id: string;
  readonly title: string;
  /** Every field described; secret ones carry `.meta({ secret: true })`. */
  readonly settings: z.ZodType<S>;
  /** The account by settings alone; `facts` is what the source says of itself (Odoo: database uuid), from `check`. */
  accountKey(settings: S, facts?: Readonly<Record<string, string>>): string;
  /** The origin requests go to, for the shared budget and for error texts. */
  host(settings: S): string;
  /**
   * Where a person sees this record in the source's own web interface: its own page, or that of the record it belongs to (a refund: its
   * order). Null where there is none. Pure. `settings` are as stored, parsed and without secrets.
   */
  recordUrl(settings: Readonly<Record<string, unknown>>, record: RecordPlace): string | null;
  /** Can we log in, which version, which rights are missing, what will silently be absent. Throws SourceError only when nothing can be said. */
  check(context: ReadContext<S>): Promise<CheckReport>;
  /** Reads a message that the source sent by itself; absent where it sends none that matters. Pure but for the signature. */
  webhook?(settings: S, message: WebhookMessage): Promise<WebhookReading>;
  readonly streams: readonly Stream<S>[];
}
