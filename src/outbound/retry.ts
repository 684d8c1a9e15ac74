import type { HttpAnswer } from '#contract';

/** How long `createHttp` tries before it gives a failure back. All times in milliseconds. */
export interface RetryPolicy {
  /** Pause after the first failure; doubles with each further one, with jitter. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Pause after a 429 without `Retry-After`, when the connector does not know better. */
  readonly rateLimitDelayMs: number;
  /** A source that asks for a longer rest than this is given back to the scheduler instead of slept for. */
  readonly maxWaitMs: number;
  /** Deadline of one attempt whose request names none. */
  readonly timeoutMs: number;
  /** Bound of one request with all its tries and pauses. */
  readonly maxTotalMs: number;
}

/** Rests fit into a lease and a backfill's slice; a longer trouble is the scheduler's. */
export const defaultPolicy: RetryPolicy = {
  baseDelayMs: 500,
  maxDelayMs: 20_000,
  rateLimitDelayMs: 5_000,
  maxWaitMs: 65_000,
  timeoutMs: 60_000,
  maxTotalMs: 240_000,
};

/** Exponential backoff with half of it left to chance, so that workers that failed together do not return together. */
export function backoffMs(policy: RetryPolicy, failures: number, random: () => number = Math.random): number {
  const full = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (failures - 1));
  return full / 2 + (random() * full) / 2;
}

/**
 * `Retry-After` in milliseconds, or null without a readable one. Both forms of RFC 9110: seconds (a fraction is accepted), or
 * an HTTP date, which is measured against the answer's own `Date`, because the source's clock and ours may differ by minutes.
 */
export function retryAfterMs(answer: HttpAnswer, now: Date): number | null {
  const value = answer.headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const until = Date.parse(value);
  if (Number.isNaN(until)) return null;
  const theirs = Date.parse(answer.headers['date'] ?? '');
  return Math.max(0, until - (Number.isNaN(theirs) ? now.getTime() : theirs));
}

/** Waits, or ends early (without throwing) when the signal fires. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
