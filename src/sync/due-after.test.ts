import { SourceError } from '#contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAfter, type Pace } from './due-after.ts';
import type { Attempt } from './run-sync.ts';

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({ outcome: 'unverified', complete: true, failure: null, ...changes });
const after = (pace: Partial<Pace>, random = 0.5) =>
  dueAfter(attempt(), { intervalSeconds: 300, sinceSuccessSeconds: 300, changed: 0, ...pace }, () => random)!;

test('a stream without changes is due after its interval, a tenth sooner or later', () => {
  expect(after({})).toBe(300);
  expect(after({}, 0)).toBeCloseTo(270);
  expect(after({}, 1)).toBeCloseTo(330);
});

test('a busy stream is due when some hundred changes may have come, a first reading changes nothing', () => {
  // 50,000 runs an hour: the 10,000 that n8n keeps are gone in twelve minutes.
  expect(after({ intervalSeconds: 3600, changed: 2778, sinceSuccessSeconds: 200 })).toBe(60);
  expect(after({ changed: 1000, sinceSuccessSeconds: 300 })).toBe(150);
  expect(after({ changed: 10, sinceSuccessSeconds: 300 })).toBe(300);
  expect(after({ changed: 1_000_000, sinceSuccessSeconds: null })).toBe(300);
});

test('whatever it reads, a stream is never due before a minute nor after its interval, and more changes never make it later', () => {
  const seconds = fc.double({ min: 0.001, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 604_800 }),
      seconds,
      fc.nat({ max: 1e7 }),
      fc.nat({ max: 1e7 }),
      (intervalSeconds, since, a, b) => {
        const few = after({ intervalSeconds, sinceSuccessSeconds: since, changed: Math.min(a, b) });
        const many = after({ intervalSeconds, sinceSuccessSeconds: since, changed: Math.max(a, b) });
        expect(many).toBeLessThanOrEqual(few);
        expect(many).toBeGreaterThanOrEqual(60);
        expect(few).toBeLessThanOrEqual(intervalSeconds);
      },
    ),
  );
});

test('a source that says when to come again is not asked before, one that needs a person only now and then', () => {
  const failed = (kind: 'transient' | 'config', retryAfterMs?: number) =>
    dueAfter(
      attempt({
        outcome: 'failed',
        complete: false,
        failure: new SourceError({
          kind,
          code: 'timeout',
          message: 'x',
          advice: 'x',
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        }),
      }),
      { intervalSeconds: 300, sinceSuccessSeconds: 1, changed: 0 },
      () => 0.5,
    );
  expect([failed('transient'), failed('transient', 900_000), failed('config')]).toEqual([60, 900, 6 * 3600]);
});
