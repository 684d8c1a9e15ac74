import { expect, test } from 'vitest';
import { ById } from './by-id.ts';

test('a record is found by its number, also after others came, went or changed places', () => {
  const items = [{ id: 7 }, { id: 3 }, { id: 9 }];
  const byId = new ById<{ readonly id: number }>();
  expect(byId.find(items, 3)).toBe(items[1]);
  const [gone, ...others] = items;
  items.splice(0, 3, ...others.toReversed(), { id: 11 });
  expect([3, 9, 11].map((id) => byId.find(items, id)?.id)).toEqual([3, 9, 11]);
  expect(byId.find(items, gone!.id)).toBeUndefined();
  expect(byId.find([], 3)).toBeUndefined();
});
