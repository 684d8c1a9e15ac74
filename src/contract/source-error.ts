import type { ErrandCode, ErrorCode } from './error-codes.ts';

/**
 * What may be done about a failure, asked once:
 * `config` a person must act, never retried in a loop · `transient` later, by itself · `data` this record alone is bad,
 * quarantine it and go on · `bug` ours.
 */
export const ERROR_KINDS = ['config', 'transient', 'data', 'bug'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface SourceErrorDetails {
  readonly kind: ErrorKind;
  /** Stable word for tables and tests. A new one is added to `ERROR_CODES`, with what it means in Spanish. */
  readonly code: ErrorCode | ErrandCode;
  /** What happened, for a person. Must hold no secret and no personal data. */
  readonly message: string;
  /** What to do next, as an imperative sentence; a command to type where there is one. */
  readonly advice: string;
  /** Earliest sensible retry in milliseconds, when the source said so. */
  readonly retryAfterMs?: number;
  /** HTTP status, when there was one. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** The only error a connector or `outbound` throws on purpose. */
export class SourceError extends Error {
  readonly kind: ErrorKind;
  readonly code: ErrorCode | ErrandCode;
  readonly advice: string;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(details: SourceErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SourceError';
    this.kind = details.kind;
    this.code = details.code;
    this.advice = details.advice;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
  }

  /** The same failure with a more precise place in front ("odoo orders: …"). */
  within(place: string): SourceError {
    return new SourceError({
      kind: this.kind,
      code: this.code,
      message: `${place}: ${this.message}`,
      advice: this.advice,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.status === undefined ? {} : { status: this.status }),
      cause: this,
    });
  }
}
