import type { Reject } from '#contract';
import type { ChatwootClient } from '../client.ts';
import { countConversations, firstId, isServerFault, lastId, listConversations, type ConversationList } from '../conversation-list.ts';
import { NOTICES } from '../notices.ts';
import { rawId } from '../parse-record.ts';
import { readPageById } from './broken-page.ts';
import { SeenIds } from './seen-ids.ts';
import type { AllWalk, Batch } from './walk.ts';

/** How often the whole list is walked before a disagreement with the source's count is reported instead. */
const ROUNDS = 3;
const DEFAULT_PAGE_SIZE = 25;

type ListPage = ConversationList & { readonly rejects: readonly Reject[] };

export function startAllWalk(startedAt: string): AllWalk {
  return { mode: 'all', startedAt, page: 0, lastId: null, pageSize: DEFAULT_PAGE_SIZE, allCount: 0, seen: [], round: 1 };
}

/**
 * Every conversation once, oldest first, until an empty page (the page size is the server's own affair). New ones append at
 * the end and shift nothing. A deletion moves all later rows up and would hide as many at the edge of the next page, and the
 * final count cannot tell (the deleted row was counted in): so where ids do not follow on, or the count fell, the page
 * before is read again; it then holds the hidden rows.
 */
export async function* walkAll(client: ChatwootClient, from: AllWalk): AsyncGenerator<Batch<AllWalk>> {
  const seen = new SeenIds(from.seen);
  let walk = from;
  for (;;) {
    let { page, list } = { page: walk.page + 1, list: await readPage(client, walk, walk.page + 1) };
    if (walk.page > 0 && mayHideRows(list, walk, seen.size)) {
      ({ page, list } = await stepBack(client, walk, seen, list));
    }
    const rows = list.rows.filter((row) => !seen.has(rawId(row) ?? -1));
    const rejects = list.rejects.filter(({ sourceId }) => !seen.has(Number(sourceId)));
    for (const id of idsOf(list)) seen.add(id);
    const next: AllWalk = {
      ...walk,
      page,
      lastId: lastIdOf(list) ?? walk.lastId,
      pageSize: page === 1 ? Math.max(1, idsOf(list).length) : walk.pageSize,
      allCount: list.allCount,
      seen: seen.ranges.map(([first, last]): [number, number] => [first, last]),
    };
    if (idsOf(list).length > 0 || list.rows.length > 0) {
      walk = next;
      yield { rows, rejects, walk, end: false };
      continue;
    }
    const complete = seen.size >= list.allCount;
    if (complete || walk.round >= ROUNDS) {
      yield {
        rows: [],
        walk: next,
        end: true,
        complete,
        notices: complete ? [] : [NOTICES.countDiffers(list.allCount, seen.size, ROUNDS)],
      };
      return;
    }
    walk = { ...next, page: 0, lastId: null, round: walk.round + 1 };
  }
}

/** True where rows may have slipped past the edge between the page before and this one. */
function mayHideRows(list: ListPage, walk: AllWalk, seen: number): boolean {
  if (list.allCount < walk.allCount) return true;
  if (list.rows.length === 0 && list.rejects.length === 0) return seen < list.allCount;
  return walk.lastId !== null && Math.min(...idsOf(list)) !== walk.lastId + 1;
}

/** Reads backwards until a page joins on to what was seen. When the page before stands as it was, `list` is right. */
async function stepBack(client: ChatwootClient, walk: AllWalk, seen: SeenIds, list: ListPage): Promise<{ page: number; list: ListPage }> {
  let page = walk.page;
  try {
    let before = await listConversations(client, { sort_by: 'created_at_asc', page });
    if (lastId(before.rows) === walk.lastId) return { page: walk.page + 1, list };
    while (page > 1 && !seen.has(firstId(before.rows) ?? 0)) {
      page -= 1;
      before = await listConversations(client, { sort_by: 'created_at_asc', page });
    }
    return { page, list: { ...before, rejects: [] } };
  } catch (error) {
    if (!isServerFault(error)) throw error;
    // The page before holds a broken conversation: the missing ids themselves are asked for.
    const until = firstId(list.rows);
    if (until === null || walk.lastId === null || until <= walk.lastId) return { page: walk.page + 1, list };
    const hidden = await readPageById(client, { after: walk.lastId, until, wanted: until - walk.lastId }, error);
    return { page: walk.page + 1, list: { ...list, rows: [...hidden.rows, ...list.rows], rejects: hidden.rejects } };
  }
}

async function readPage(client: ChatwootClient, walk: AllWalk, page: number): Promise<ListPage> {
  try {
    return { ...(await listConversations(client, { sort_by: 'created_at_asc', page })), rejects: [] };
  } catch (error) {
    if (!isServerFault(error)) throw error;
    const allCount = await countConversations(client);
    const wanted = Math.min(walk.pageSize, allCount - (page - 1) * walk.pageSize);
    if (wanted <= 0) throw error;
    return { ...(await readPageById(client, { after: walk.lastId ?? 0, wanted }, error)), allCount };
  }
}

function idsOf(list: ListPage): number[] {
  const broken = list.rejects.map(({ sourceId }) => Number(sourceId));
  return [...list.rows.flatMap((row) => rawId(row) ?? []), ...broken];
}

function lastIdOf(list: ListPage): number | null {
  const broken = list.rejects.map(({ sourceId }) => Number(sourceId));
  const last = lastId(list.rows);
  return broken.length === 0 ? last : Math.max(last ?? 0, ...broken);
}
