import { SourceError, type ErrorKind } from '#contract';
import { describeDatabaseError } from '../store/pg-errors.ts';
import type { SyncJob } from './run-sync.ts';

export interface Failure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** What happened, to which source and stream, and what to do. */
export function describeFailure(failure: unknown, job: Pick<SyncJob, 'source' | 'stream'>): Failure {
  const place = `${job.source} ${job.stream.name}`;
  if (failure instanceof SourceError) {
    return { kind: failure.kind, code: failure.code, message: `${place}: ${failure.message}`, advice: failure.advice };
  }
  const database = describeDatabaseError(failure);
  if (database !== null) return { ...database, message: `${place}: ${database.message}` };
  const text = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  return {
    kind: 'bug',
    code: 'bug',
    message: `${place}: ${text}`,
    advice: 'Report it with the run id; the stream is tried again by itself',
  };
}

/** Why a stream could not even be started (a secret is missing, a connection is gone): what happened, and what to do. */
export function describeStart(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof Error && 'advice' in error ? String(error.advice) : 'Connect the source again: kpi connect';
  return { kind: 'config', code: 'cannot_start', message, advice };
}
