/** Whose turn it is: people wait for `live` work; `backfill` (sweeps too) takes what live work leaves. */
export type BudgetLane = 'live' | 'backfill';

export interface BudgetRequest {
  /** Origin the request goes to; limits by address (Chatwoot: 3,000 a minute) hold for all accounts on it. */
  readonly host: string;
  readonly account: string;
  readonly lane: BudgetLane;
  /** Ends the wait. The budget may then resolve or reject; nothing is sent either way. */
  readonly signal?: AbortSignal;
}

/** Says when the next request may be sent. Resolves when it may; asked before every attempt, retries included. */
export interface RequestBudget {
  take(request: BudgetRequest): Promise<void>;
}

/** No limit: for tests, and for sources on one's own machine. */
export const unlimitedBudget: RequestBudget = { take: () => Promise.resolve() };

export interface BucketLimit {
  /** Requests a second the bucket regains; above zero. */
  readonly ratePerSecond: number;
  /** Requests that may be sent at once after a rest; at least 1. */
  readonly capacity: number;
}

export interface BucketState {
  readonly tokens: number;
  /** Milliseconds of the clock that `take` is asked with. */
  readonly at: number;
}

/** Part of the bucket kept for live work: a backfill never draws it below this level. */
export const LIVE_SHARE = 0.7;

/** A full bucket. */
export const fullBucket = (limit: BucketLimit, now: number): BucketState => ({ tokens: limit.capacity, at: now });

/**
 * Takes one token, or says how long to wait for it. Live work may empty the bucket; a backfill takes only what stands above the
 * live reserve, so it yields at once when live work needs the rate, and has all of it while live work rests. A clock that went
 * back adds nothing. `waitMs` 0 means taken.
 */
export function takeToken(limit: BucketLimit, state: BucketState, lane: BudgetLane, now: number): { state: BucketState; waitMs: number } {
  const passed = Math.max(0, now - state.at);
  const tokens = Math.min(limit.capacity, state.tokens + (passed / 1000) * limit.ratePerSecond);
  // A bucket too small for the share still lets a backfill through when it is full.
  const reserve = lane === 'live' ? 0 : Math.min(limit.capacity * LIVE_SHARE, limit.capacity - 1);
  const at = Math.max(now, state.at);
  if (tokens - reserve >= 1) return { state: { tokens: tokens - 1, at }, waitMs: 0 };
  const missing = 1 + reserve - tokens;
  return { state: { tokens, at }, waitMs: Math.max(1, Math.ceil((missing / limit.ratePerSecond) * 1000)) };
}
