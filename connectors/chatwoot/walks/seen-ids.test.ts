import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenIds } from './seen-ids.ts';

test('ranges hold exactly the ids that were added, in any order, and survive the cursor', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (ids) => {
      const seen = new SeenIds();
      for (const id of ids) seen.add(id);
      const again = new SeenIds(seen.ranges);
      const distinct = new Set(ids);
      expect([seen.size, again.size]).toEqual([distinct.size, distinct.size]);
      for (let id = 0; id <= 41; id++) expect([seen.has(id), again.has(id)]).toEqual([distinct.has(id), distinct.has(id)]);
      const neighbours = seen.ranges.slice(1).map(([first], i) => first - (seen.ranges[i]?.[1] ?? 0));
      expect(neighbours.every((gap) => gap > 1)).toBe(true);
    }),
  );
});
