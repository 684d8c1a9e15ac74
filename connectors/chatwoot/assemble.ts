import pLimit from 'p-limit';
import type { Draft, Reject } from '#contract';
import type { ChatwootClient } from './client.ts';
import { readEvents } from './events.ts';
import { isServerFault, showConversation } from './conversation-list.ts';
import { conversationDraft, messageDraft } from './mapping.ts';
import { readMessages } from './messages.ts';
import { parseRecord } from './parse-record.ts';
import { rawConversation, rawMessage, type RawConversation } from './records.ts';
import type { ChatwootSettings } from './settings.ts';

/** Requests for messages under way at once: the limit of 3,000 a minute counts over all tenants of one address. */
const CONCURRENCY = 4;

interface Records {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
}

const NOTHING: Records = { drafts: [], rejects: [] };

/** How the account is read on one walk. */
interface Reader {
  readonly client: ChatwootClient;
  readonly settings: ChatwootSettings;
  /** Whether the server has reporting events. */
  readonly events: boolean;
}

/** Conversations as listed → their drafts, those of their messages and events. What was deleted since the listing is left out. */
export async function assemble(reader: Reader, rows: readonly unknown[]): Promise<Records> {
  const limit = pLimit(CONCURRENCY);
  let failed = false;
  const withMessages = async (row: unknown): Promise<Records> => {
    // After a failure the page is given up: what still waits is not asked for any more.
    if (failed) return NOTHING;
    const parsed = parseRecord('conversation', rawConversation, row);
    if ('reject' in parsed) return { drafts: [], rejects: [parsed.reject] };
    try {
      return await recordsOf(reader, parsed.record);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  // All are settled before the first failure is thrown, so that no request is under way when the page is given up.
  const results = await Promise.allSettled(rows.map((row) => limit(() => withMessages(row))));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const records = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { drafts: records.flatMap(({ drafts }) => drafts), rejects: records.flatMap(({ rejects }) => rejects) };
}

async function recordsOf({ client, settings, events }: Reader, conversation: RawConversation): Promise<Records> {
  const drafts: Draft[] = [conversationDraft(conversation, settings)];
  const rejects: Reject[] = [];
  const take = (rows: readonly unknown[]): void => {
    for (const raw of rows) {
      const parsed = parseRecord('message', rawMessage, raw, { conversation_id: conversation.id });
      if ('reject' in parsed) rejects.push(parsed.reject);
      else drafts.push(messageDraft(parsed.record, conversation.id, settings));
    }
  };
  try {
    const done = await readMessages(client, conversation.id, conversation.messages?.at(-1)?.id ?? null, take);
    if (done === 'gone') return NOTHING;
    const reported = events ? await readEvents(client, conversation.id) : NOTHING;
    return { drafts: [...drafts, ...reported.drafts], rejects: [...rejects, ...reported.rejects] };
  } catch (error) {
    if (!isServerFault(error)) throw error;
    // Where the conversation itself can be read, only its messages or events are broken, and the stream goes on without them.
    const shown = await showConversation(client, conversation.id);
    if (shown === 'gone') return NOTHING;
    if (shown === 'broken') throw error;
    const reason = `Chatwoot answers 500 for messages or events of conversation ${conversation.id}: they are read again when it changes`;
    return { drafts, rejects: [...rejects, { entity: 'message', sourceId: null, reason, payload: { conversation_id: conversation.id } }] };
  }
}
