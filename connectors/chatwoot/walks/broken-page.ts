import type { Reject, SourceError } from '#contract';
import type { ChatwootClient } from '../client.ts';
import { showConversation } from '../conversation-list.ts';

/** How many ids without a conversation are passed over before giving up: gaps are deleted conversations. */
const LONGEST_GAP = 2000;

export interface PageById {
  readonly rows: readonly unknown[];
  readonly rejects: readonly Reject[];
  /** Ids met, broken ones included. */
  readonly ids: readonly number[];
}

/**
 * Reads id by id what a list page holds that answers 500. One conversation whose contact is gone does that to every list it
 * is on, and no version up to 4.15.1 guards against it; the others on the page are fine. Stops after `wanted` conversations
 * or before id `until`. When nothing answers but 500, it is the server that is ill, and `cause` is thrown.
 */
export async function readPageById(
  client: ChatwootClient,
  range: { readonly after: number; readonly until?: number; readonly wanted: number },
  cause: SourceError,
): Promise<PageById> {
  const rows: unknown[] = [];
  const rejects: Reject[] = [];
  const ids: number[] = [];
  let gap = 0;
  for (let id = range.after + 1; ids.length < range.wanted && id < (range.until ?? Number.MAX_SAFE_INTEGER); id++) {
    const shown = await showConversation(client, id);
    if (shown === 'gone') {
      gap += 1;
      if (gap > LONGEST_GAP) throw cause;
      continue;
    }
    gap = 0;
    ids.push(id);
    if (shown === 'broken') rejects.push(brokenConversation(id));
    else rows.push(shown.raw);
    if (rows.length === 0 && rejects.length >= 5) throw cause;
  }
  return { rows, rejects, ids };
}

function brokenConversation(id: number): Reject {
  return {
    entity: 'conversation',
    sourceId: String(id),
    reason:
      'Chatwoot answers 500 for this conversation and for every list it is on (usually its contact was deleted): repair or delete it there',
    payload: { id },
  };
}
