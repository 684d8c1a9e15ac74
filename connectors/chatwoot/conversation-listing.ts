import type { ListedPage, Listing, Look } from '#contract';
import { openAccount, type OpenAccount } from './account.ts';
import type { ChatwootClient } from './client.ts';
import { showConversation } from './conversation-list.ts';
import { addDays } from './instants.ts';
import { rawId } from './parse-record.ts';
import type { ChatwootSettings } from './settings.ts';
import { startAllWalk, walkAll } from './walks/all.ts';
import { walkDays } from './walks/days.ts';
import type { Batch } from './walks/walk.ts';

/**
 * Conversations there are. Chatwoot has no list of ids alone: whole conversations come, 25 at a time, without their messages. Proven each
 * time, before the first page, that the token is an administrator's: an agent's gets fewer and no error.
 */
export const conversationListing: Listing<ChatwootSettings> = {
  rows: [{ entity: 'conversation', ids: '^(\\d+)$' }],
  parts: { conversation: ['message', 'conversation_event'] },
  async *list(context, range) {
    const account = await openAccount(context);
    yield* range === null ? everything(account) : days(account, range.from.slice(0, 10), addDays(range.until.slice(0, 10), -1));
  },
  async look(context, ids) {
    const { client } = await openAccount(context);
    const looks: Look[] = [];
    for (const id of ids) looks.push(await lookAt(client, Number(id)));
    return looks;
  },
};

async function* everything({ client, at }: OpenAccount): AsyncGenerator<ListedPage, void, void> {
  let counted = -1;
  for await (const batch of walkAll(client, startAllWalk(at))) {
    counted = batch.walk.allCount;
    yield { ids: idsOf(batch) };
  }
  yield { ids: [], end: { counted: [counted], visibleFrom: null } };
}

/** Whole UTC days; the walk itself holds each against the server's count. */
async function* days({ client, at }: OpenAccount, day: string, lastDay: string): AsyncGenerator<ListedPage, void, void> {
  let seen = 0;
  let complete = false;
  for await (const batch of walkDays(client, { mode: 'days', startedAt: at, day, afterId: 0 }, lastDay)) {
    const ids = idsOf(batch);
    seen += ids.length;
    complete = batch.end && batch.complete === true;
    yield { ids };
  }
  yield { ids: [], end: { counted: [complete ? seen : -1], visibleFrom: null } };
}

/** A conversation that Chatwoot cannot show is there all the same. */
function idsOf({ rows, rejects = [] }: Batch): string[] {
  return [...rows.flatMap((row) => rawId(row) ?? []).map(String), ...rejects.flatMap(({ sourceId }) => sourceId ?? [])];
}

/** A deletion is done in the background, and a 404 may be a proxy's: asked twice. */
async function lookAt(client: ChatwootClient, id: number): Promise<Look> {
  const first = await showConversation(client, id);
  if (first !== 'gone') return 'there';
  return (await showConversation(client, id)) === 'gone' ? 'gone' : 'there';
}
