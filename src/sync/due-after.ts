import { SourceError } from '#contract';
import { describeDatabaseError } from '../store/pg-errors.ts';
import type { Attempt } from './run-sync.ts';

const HOUR = 3600;
/** No stream is read more often by itself, however busy it is: the tick comes once a minute. */
const LEAST_SECONDS = 60;
/** A run is aimed at about so many changed rows: half a batch, some pages of any source. */
const AIM_ROWS = 500;

/** What is known of a stream when its run ends. Seconds. */
export interface Pace {
  /** Longest pause. */
  readonly intervalSeconds: number;
  /** Time in which the changed rows came to be: since the last complete walk. Null: since ever. */
  readonly sinceSuccessSeconds: number | null;
  /** Rows that the run inserted, updated or tombstoned. */
  readonly changed: number;
}

/**
 * Seconds until the stream is due again, by how its run ended. A little jitter keeps many streams from meeting at one instant. A busy
 * stream is read as soon as some hundred changes may have come: an n8n of 50,000 runs an hour keeps only the last 10,000.
 */
export function dueAfter(attempt: Attempt, pace: Pace, random: () => number): number | null {
  const { intervalSeconds } = pace;
  const jitter = 0.9 + 0.2 * random();
  if (attempt.outcome === 'stopped' || attempt.outcome === 'fenced') return 0;
  if (attempt.outcome === 'held') return HOUR;
  if (attempt.failure === null) return attempt.complete ? pause(pace) * jitter : 0;
  const kind = attempt.failure instanceof SourceError ? attempt.failure.kind : (describeDatabaseError(attempt.failure)?.kind ?? 'bug');
  const told = attempt.failure instanceof SourceError ? (attempt.failure.retryAfterMs ?? 0) / 1000 : 0;
  if (kind === 'transient') return Math.max(told, Math.min(intervalSeconds, 60) * jitter);
  // A person must act first; connecting again makes it due at once.
  if (kind === 'config') return 6 * HOUR * jitter;
  return HOUR * jitter;
}

function pause({ intervalSeconds, sinceSuccessSeconds, changed }: Pace): number {
  // A first reading brings years of rows and says nothing of how fast new ones come.
  if (changed === 0 || sinceSuccessSeconds === null) return intervalSeconds;
  const aim = (AIM_ROWS * sinceSuccessSeconds) / changed;
  return Math.min(intervalSeconds, Math.max(Math.min(LEAST_SECONDS, intervalSeconds), aim));
}
