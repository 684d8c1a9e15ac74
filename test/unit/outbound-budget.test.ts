import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullBucket, LIVE_SHARE, takeToken, type BucketLimit, type BucketState, type BudgetLane } from '../../src/outbound/budget.ts';

const limits = fc.record({ ratePerSecond: fc.integer({ min: 1, max: 200 }), capacity: fc.integer({ min: 1, max: 500 }) });
const asks = fc.array(fc.record({ lane: fc.constantFrom<BudgetLane>('live', 'backfill'), gapMs: fc.integer({ min: 0, max: 3000 }) }), {
  maxLength: 200,
});

/** Asks again after the wait it was told, as a caller would, and returns when the token was given. */
function waitFor(
  limit: BucketLimit,
  state: BucketState,
  lane: BudgetLane,
  now: number,
): { state: BucketState; at: number; rounds: number } {
  for (let rounds = 1, at = now; ; rounds++) {
    const taken = takeToken(limit, state, lane, at);
    if (taken.waitMs === 0) return { state: taken.state, at, rounds };
    state = taken.state;
    at += taken.waitMs;
  }
}

describe('the request budget', () => {
  test('never gives more than a full bucket and what time brings', () => {
    fc.assert(
      fc.property(limits, asks, (limit, list) => {
        let state = fullBucket(limit, 0);
        let now = 0;
        let given = 0;
        for (const { lane, gapMs } of list) {
          now += gapMs;
          const taken = takeToken(limit, state, lane, now);
          state = taken.state;
          if (taken.waitMs === 0) given += 1;
          expect(state.tokens).toBeGreaterThanOrEqual(0);
          expect(given).toBeLessThanOrEqual(limit.capacity + (now / 1000) * limit.ratePerSecond + 1e-6);
        }
      }),
    );
  });

  test('who waits as long as told gets the token then', () => {
    fc.assert(
      fc.property(limits, asks, (limit, list) => {
        let state = fullBucket(limit, 0);
        let now = 0;
        for (const { lane } of list) {
          const got = waitFor(limit, state, lane, now);
          // A second round only ever mends a rounding of the first.
          expect(got.rounds).toBeLessThanOrEqual(3);
          ({ state } = got);
          now = got.at;
        }
      }),
    );
  });

  test('a backfill leaves the live share untouched, so live work goes on at once', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        let state = fullBucket(limit, 0);
        for (;;) {
          const taken = takeToken(limit, state, 'backfill', 0);
          state = taken.state;
          if (taken.waitMs > 0) break;
        }
        expect(state.tokens).toBeGreaterThanOrEqual(Math.min(limit.capacity * LIVE_SHARE, limit.capacity - 1) - 1e-9);
        if (limit.capacity >= 2) expect(takeToken(limit, state, 'live', 0).waitMs).toBe(0);
      }),
    );
  });

  test('a backfill has the whole rate while live work rests', () => {
    const limit = { ratePerSecond: 10, capacity: 100 };
    let state = fullBucket(limit, 0);
    let now = 0;
    for (let i = 0; i < 130; i++) {
      const got = waitFor(limit, state, 'backfill', now);
      ({ state } = got);
      now = got.at;
    }
    // 30 from the full bucket, then ten a second.
    expect(now).toBeGreaterThan(9_500);
    expect(now).toBeLessThan(10_500);
  });

  test('a clock that goes back gives nothing and takes nothing', () => {
    const limit = { ratePerSecond: 1, capacity: 2 };
    const { state } = takeToken(limit, fullBucket(limit, 10_000), 'live', 10_000);
    expect(takeToken(limit, state, 'live', 1_000)).toEqual({ state: { tokens: 0, at: 10_000 }, waitMs: 0 });
  });
});
