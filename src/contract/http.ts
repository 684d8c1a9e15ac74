import type { SourceError } from './source-error.ts';

/** What a connector may say about one request. Everything else (retry, budget, redaction) is `outbound`'s. */
export interface HttpInit {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Deadline of one attempt in milliseconds; default 60 000. */
  readonly timeoutMs?: number;
  /** Largest answer accepted, in bytes; default 24 MiB. A larger one is a `data` error, never a truncated page. */
  readonly maxBytes?: number;
  /**
   * The connector's own reading of an answer, asked before the common table (status × body → kind). Return an error to
   * override it, `'ok'` to accept the answer whatever its status, or null to leave it to the table.
   */
  readonly classify?: (answer: HttpAnswer) => SourceError | 'ok' | null;
  /** Whether a repeat is harmless. Default true: everything a connector sends reads. */
  readonly repeatable?: boolean;
}

/** One complete answer. Header names are lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request, with timeout, retries by error kind, `Retry-After`, the account's request budget and redaction.
 * Only answers that count as success return; everything else is thrown as a `SourceError`.
 */
export type Http = (url: string, init?: HttpInit) => Promise<HttpAnswer>;
