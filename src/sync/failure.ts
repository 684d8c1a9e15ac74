import { ERROR_CODES, SourceError, type ErrorKind } from '#contract';
import { describeDatabaseError } from '../store/pg-errors.ts';
import type { SyncJob } from './run-sync.ts';

export interface Failure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  /** What happened and what to do in Spanish, for whoever reads the numbers. */
  readonly es: string;
}

/** What happened, where the code says nothing more: what the database refuses goes by its own code. */
const HAPPENED: Readonly<Record<ErrorKind, string>> = {
  config: 'El origen no permite leer estos datos.',
  transient: 'El origen no respondió como se esperaba.',
  data: 'El origen entregó algo que no se puede leer.',
  bug: ERROR_CODES.bug,
};

const WHAT_NEXT: Readonly<Record<ErrorKind, string>> = {
  config: 'Mientras no se corrija, no llegan datos nuevos.',
  transient: 'Se vuelve a intentar por sí solo.',
  data: 'Avise a quien administra este servicio.',
  bug: 'Es una falla de este servicio: avise a quien lo administra.',
};

/** What happened, to which source and stream, and what to do. */
export function describeFailure(failure: unknown, job: Pick<SyncJob, 'source' | 'stream'>): Failure {
  const place = `${job.source} ${job.stream.name}`;
  if (failure instanceof SourceError) {
    const { kind, code, message, advice } = failure;
    return { kind, code, message: `${place}: ${message}`, advice, es: inSpanish(kind, code) };
  }
  const database = describeDatabaseError(failure);
  if (database !== null) return { ...database, message: `${place}: ${database.message}`, es: inSpanish(database.kind, database.code) };
  const text = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  return {
    kind: 'bug',
    code: 'bug',
    message: `${place}: ${text}`,
    advice: 'Report it with the run id; the stream is tried again by itself',
    es: inSpanish('bug', 'bug'),
  };
}

/** Why a stream could not even be started (a secret is missing, a connection is gone): what happened, and what to do. */
export function describeStart(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof Error && 'advice' in error ? String(error.advice) : 'Connect the source again: kpi connect';
  return { kind: 'config', code: 'cannot_start', message, advice, es: inSpanish('config', 'cannot_start') };
}

/** Made of the code and the kind, never of the message, which is an operator's and in English. */
function inSpanish(kind: ErrorKind, code: string): string {
  const happened: Readonly<Partial<Record<string, string>>> = ERROR_CODES;
  return `${happened[code] ?? HAPPENED[kind]} ${WHAT_NEXT[kind]}`;
}
