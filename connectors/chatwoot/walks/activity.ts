import type { ChatwootClient } from '../client.ts';
import { listConversations, numberIn } from '../conversation-list.ts';
import type { ActivityWalk, Batch } from './walk.ts';
import { NOTICES } from '../notices.ts';

/**
 * Latest activity first, down to `since` (Unix seconds). A conversation that becomes active meanwhile moves to page one:
 * later rows move down and are met twice, and its own change lies after the walk's start, so the next walk takes it. Only a
 * deletion hides rows, and then the count falls (what moves rows down can only make up for it): as many pages are read again.
 */
export async function* walkActivity(client: ChatwootClient, from: ActivityWalk, since: number): AsyncGenerator<Batch<ActivityWalk>> {
  let walk = from;
  for (;;) {
    const list = await listConversations(client, { sort_by: 'last_activity_at_desc', page: walk.page + 1 });
    const fell = walk.page > 0 ? walk.allCount - list.allCount : 0;
    if (fell > 0) {
      walk = { ...walk, page: Math.max(0, walk.page - Math.ceil(fell / Math.max(1, list.rows.length))), allCount: list.allCount };
      continue;
    }
    walk = { ...walk, page: walk.page + 1, allCount: list.allCount };
    const rows = list.rows.filter((row) => numberIn(row, 'last_activity_at') >= since);
    // Rows are in order of activity, so the first page that holds an older one is the last; the list's end is an empty page.
    const end = rows.length < list.rows.length || list.rows.length === 0;
    yield { rows, walk, end, complete: true, notices: end ? [NOTICES.activityOnly] : [] };
    if (end) return;
  }
}
