import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, type AlertState, type Finding, type Step } from './advance.ts';

const MINUTE = 60_000;
const plain = { cooldownMs: 60 * MINUTE, forMs: 0 };

function finding(breach: boolean | null, more: Partial<Finding> = {}): Finding {
  return { subject: 's', title: 'S', occasion: null, value: '1', breach, because: null, cells: [], ...more };
}

/** Plays findings at minutes and tells the events by minute. */
function play(script: readonly (readonly [minute: number, breach: boolean | null, occasion?: string])[], timing = plain): string[] {
  const told: string[] = [];
  let state: AlertState | null = null;
  for (const [minute, breach, occasion = null] of script) {
    const step: Step = advance(state, finding(breach, { occasion }), timing, minute * MINUTE);
    state = step.next;
    if (step.event !== null) told.push(`${minute} ${step.event}`);
  }
  return told;
}

test('a breach is told once however long it lasts, and its end once', () => {
  const script = [
    [0, false],
    [5, true],
    [10, true],
    [500, true],
    [505, false],
    [510, false],
  ] as const;
  expect(play(script)).toEqual(['5 firing', '505 resolved']);
});

test('within the cooldown a second breach is not told, and neither is its end', () => {
  const script = [
    [0, true],
    [5, false],
    [10, true],
    [15, false],
    [59, true],
    [59.5, false],
    [61, true],
    [66, false],
  ] as const;
  expect(play(script)).toEqual(['0 firing', '5 resolved', '61 firing', '66 resolved']);
});

test('a breach held back by the cooldown is told when the cooldown ends and it is still there', () => {
  const script = [
    [0, true],
    [5, false],
    [10, true],
    [55, true],
    [60, true],
    [70, true],
    [75, false],
  ] as const;
  expect(play(script)).toEqual(['0 firing', '5 resolved', '60 firing', '75 resolved']);
});

test('what has to last does not count before, in both directions: a value at its limit does not flap', () => {
  const timing = { cooldownMs: 0, forMs: 10 * MINUTE };
  const flapping = Array.from({ length: 20 }, (_, at) => [at * 5, at % 2 === 0] as const);
  expect(play(flapping, timing)).toEqual([]);
  const script = [
    [0, true],
    [9, true],
    [10, true],
    [12, false],
    [14, true],
    [20, false],
    [29, false],
    [30, false],
  ] as const;
  expect(play(script, timing)).toEqual(['10 firing', '30 resolved']);
});

test('what is not known changes nothing: neither a beginning nor an end is concluded from it', () => {
  const script = [
    [0, null],
    [5, true],
    [10, null],
    [500, null],
    [505, true],
    [510, null],
    [515, false],
  ] as const;
  expect(play(script)).toEqual(['5 firing', '515 resolved']);
});

test('another day below the limit is told although the day before still fires; the same day is not', () => {
  const day = 24 * 60;
  const script = [
    [0, true, '2026-11-26'],
    [300, true, '2026-11-26'],
    [day, true, '2026-11-27'],
    [day + 300, true, '2026-11-27'],
    [2 * day, false, '2026-11-28'],
  ] as const;
  expect(play(script)).toEqual(['0 firing', `${day} firing`, `${2 * day} resolved`]);
});

test('whatever happens, told firings and ends alternate, firings are a cooldown apart, and evaluating twice tells nothing twice', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(true, false, null)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 30 }), (script, cooldown, lasting) => {
      const timing = { cooldownMs: cooldown * MINUTE, forMs: lasting * MINUTE };
      let state: AlertState | null = null;
      let now = 0;
      let open = false;
      let last = -Infinity;
      for (const [pause, breach] of script) {
        now += pause * MINUTE;
        const step: Step = advance(state, finding(breach), timing, now);
        const again = advance(step.next, finding(breach), timing, now);
        expect(again.event).toBeNull();
        if (step.event === 'firing') {
          expect(open).toBe(false);
          expect(now - last).toBeGreaterThanOrEqual(timing.cooldownMs);
          [open, last] = [true, now];
        }
        if (step.event === 'resolved') {
          expect(open).toBe(true);
          open = false;
        }
        state = step.next;
      }
    }),
  );
});
