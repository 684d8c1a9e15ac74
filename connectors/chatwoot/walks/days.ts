import type { ChatwootClient } from '../client.ts';
import { filterByDay } from '../conversation-list.ts';
import { addDays } from '../instants.ts';
import { NOTICES } from '../notices.ts';
import { rawId } from '../parse-record.ts';
import { BATCH_SIZE, type Batch, type DaysWalk } from './walk.ts';

/** How often a day is read before a disagreement with the source's count is reported instead. */
const ROUNDS = 3;

/**
 * Conversations created up to the end of `lastDay`, one UTC day at a time. The filter compares dates and is strict on both
 * sides, so day D is asked as "after D−1 and before D+1"; the caller drops what lies outside its range. The order is by
 * activity and cannot be chosen, so a day counts as read only when the server's count stood still over all its pages and
 * equals the ids found.
 */
export async function* walkDays(client: ChatwootClient, from: DaysWalk, lastDay: string): AsyncGenerator<Batch<DaysWalk>> {
  let walk = from;
  let complete = true;
  const differing: string[] = [];
  while (walk.day <= lastDay) {
    const day = await readDay(client, walk.day);
    if (!day.complete) {
      complete = false;
      differing.push(walk.day);
    }
    const wanted = day.rows
      .filter((row) => (rawId(row) ?? 0) > walk.afterId || rawId(row) === null)
      .toSorted((a, b) => (rawId(a) ?? 0) - (rawId(b) ?? 0));
    for (let start = 0; start < wanted.length; start += BATCH_SIZE) {
      const rows = wanted.slice(start, start + BATCH_SIZE);
      walk = { ...walk, afterId: rawId(rows.at(-1)) ?? walk.afterId };
      yield { rows, walk, end: false };
    }
    walk = { ...walk, day: addDays(walk.day, 1), afterId: 0 };
  }
  yield { rows: [], walk, end: true, complete, notices: differing.length === 0 ? [] : [NOTICES.dayCountsDiffer(differing, ROUNDS)] };
}

async function readDay(client: ChatwootClient, day: string): Promise<{ rows: unknown[]; complete: boolean }> {
  const found = new Map<number | string, unknown>();
  for (let round = 1; round <= ROUNDS; round++) {
    const counts = new Set<number>();
    const met = new Set<number | string>();
    for (let page = 1; ; page++) {
      const list = await filterByDay(client, addDays(day, -1), addDays(day, 1), page);
      counts.add(list.allCount);
      for (const [index, row] of list.rows.entries()) {
        const key = rawId(row) ?? `without id ${page}.${index}`;
        met.add(key);
        found.set(key, row);
      }
      // The server's own count ends the day without another request; else only an empty page does.
      if (list.rows.length === 0 || (page === 1 && list.rows.length === list.allCount)) break;
    }
    if (counts.size === 1 && counts.has(met.size)) return { rows: [...found.values()], complete: true };
  }
  return { rows: [...found.values()], complete: false };
}
