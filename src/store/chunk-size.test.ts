import { expect, test } from 'vitest';
import { ChunkSize } from './chunk-size.ts';

const SIZES = { first: 500, least: 250 };

/** Chunks over keys that cost so much each to look at and to put right, as a walk makes them; returns how long each took. */
function walk(
  size: ChunkSize,
  cost: { look: number; change: number; fixed?: number },
  stretches: readonly { keys: number; differ: boolean }[],
) {
  const took: number[] = [];
  for (const { keys, differ } of stretches) {
    for (let left = keys; left > 0;) {
      const found = Math.min(left, size.look);
      const changed = differ ? Math.min(found, size.change) : 0;
      const looked = differ ? changed : found;
      const milliseconds = (cost.fixed ?? 0) + found * cost.look + changed * cost.change;
      took.push(milliseconds);
      size.after({ keys: looked, changed, cut: looked < found, milliseconds });
      left -= looked;
    }
  }
  return took;
}

test('where every key differs, chunks come to half a second and stay there', () => {
  const took = walk(new ChunkSize(SIZES), { look: 0.02, change: 0.5 }, [{ keys: 50_000, differ: true }]);
  expect(Math.max(...took)).toBeLessThan(600);
  expect(Math.min(...took.slice(3, -1))).toBeGreaterThan(400);
});

test('where nothing differs, chunks grow to half a second of looking', () => {
  const took = walk(new ChunkSize(SIZES), { look: 0.05, change: 1 }, [{ keys: 100_000, differ: false }]);
  expect(Math.max(...took)).toBeLessThan(600);
  expect(took.at(-2)).toBeGreaterThan(400);
});

test('a walk that has grown over thousands of keys that are right puts as few right as at its start when it meets the first that are not', () => {
  const took = walk(new ChunkSize(SIZES), { look: 0.02, change: 0.6 }, [
    { keys: 100_000, differ: false },
    { keys: 20_000, differ: true },
    { keys: 100_000, differ: false },
  ]);
  // One look of half a second, and the five hundred that it may put right.
  expect(Math.max(...took)).toBeLessThan(800);
});

test('few that differ among many that do not leave the number that may be put right alone', () => {
  const size = new ChunkSize(SIZES);
  size.after({ keys: 500, changed: 3, cut: false, milliseconds: 250 });
  expect([size.look, size.change]).toEqual([1000, 500]);
  size.after({ keys: 1000, changed: 3, cut: false, milliseconds: 1000 });
  expect([size.look, size.change]).toEqual([500, 500]);
});

test('what each chunk costs whatever its size is not multiplied by ever smaller chunks', () => {
  const took = walk(new ChunkSize(SIZES), { look: 0, change: 0.1, fixed: 900 }, [{ keys: 5000, differ: true }]);
  expect(took.length).toBeLessThanOrEqual(20);
});
