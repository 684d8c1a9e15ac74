import type { Random } from './random.ts';

/**
 * Deals `count` labels by their shares, in shuffled order. At most 70 % of the deal are special, the rest `plain`; each label
 * comes at least once while there is room, so a world of 50 orders already shows most of what a big one shows.
 */
export function deal<T extends string>(shares: Readonly<Record<T, number>>, plain: T, count: number, random: Random): T[] {
  const special = (Object.keys(shares) as T[]).filter((label) => label !== plain);
  const room = Math.floor(count * 0.7);
  const once = special.slice(0, room);
  const more = special.flatMap((label) => Array.from({ length: Math.max(0, Math.round(shares[label] * count) - 1) }, () => label));
  const labels = [...once, ...random.shuffle(more).slice(0, room - once.length)];
  while (labels.length < count) labels.push(plain);
  return random.shuffle(labels);
}
