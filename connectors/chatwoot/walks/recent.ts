import { SourceError } from '#contract';
import type { ChatwootClient } from '../client.ts';
import { listConversations, numberIn } from '../conversation-list.ts';
import { toSeconds } from '../instants.ts';
import { BATCH_SIZE, type Batch, type RecentWalk } from './walk.ts';

/**
 * What changed since the watermark: one query over the server's own clock, answered whole and without pages, so nothing can
 * drift. The rows go on in order of their change, so that a walk cut short continues where it was.
 * @throws SourceError `updated_within_ignored` where the server does not know the parameter (before 3.6.0)
 */
export async function* walkRecent(
  client: ChatwootClient,
  from: RecentWalk,
  window: { readonly now: string; readonly since: number },
): AsyncGenerator<Batch<RecentWalk>> {
  const updated_within = Math.ceil(toSeconds(window.now) - window.since);
  const { rows } = await listConversations(client, { updated_within });
  // A minute of grace: the server measures from the moment it answers, which is later than `now`.
  if (rows.some((row) => numberIn(row, 'updated_at') > 0 && numberIn(row, 'updated_at') < window.since - 60)) {
    throw new SourceError({
      kind: 'config',
      code: 'updated_within_ignored',
      message: 'GET /conversations: the server ignores updated_within',
      advice: 'Update Chatwoot to 4.0.2 or later',
    });
  }
  const changed = rows.filter((row) => changedAt(row) >= from.after).toSorted((a, b) => changedAt(a) - changedAt(b));
  let walk = from;
  for (let start = 0; start < changed.length; start += BATCH_SIZE) {
    const chunk = changed.slice(start, start + BATCH_SIZE);
    walk = { ...walk, after: changedAt(chunk.at(-1)) };
    yield { rows: chunk, walk, end: false };
  }
  yield { rows: [], walk, end: true, complete: true };
}

function changedAt(row: unknown): number {
  return numberIn(row, 'updated_at') || numberIn(row, 'last_activity_at');
}
