import pLimit from 'p-limit';
import type { Draft, Reject } from '#contract';
import type { ChatwootClient } from './client.ts';
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

/** Conversations as listed → their drafts and those of their messages. What was deleted since the listing is left out. */
export async function assemble(client: ChatwootClient, settings: ChatwootSettings, rows: readonly unknown[]): Promise<Records> {
  const limit = pLimit(CONCURRENCY);
  let failed = false;
  const withMessages = async (row: unknown): Promise<Records> => {
    // After a failure the page is given up: what still waits is not asked for any more.
    if (failed) return NOTHING;
    const parsed = parseRecord('conversation', rawConversation, row);
    if ('reject' in parsed) return { drafts: [], rejects: [parsed.reject] };
    try {
      return await recordsOf(client, settings, parsed.record);
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

async function recordsOf(client: ChatwootClient, settings: ChatwootSettings, conversation: RawConversation): Promise<Records> {
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
    return done === 'gone' ? NOTHING : { drafts, rejects };
  } catch (error) {
    if (!isServerFault(error)) throw error;
    // Where the conversation itself can be read, only its messages are broken, and the stream goes on without them.
    const shown = await showConversation(client, conversation.id);
    if (shown === 'gone') return NOTHING;
    if (shown === 'broken') throw error;
    const reason = `Chatwoot answers 500 for messages of conversation ${conversation.id}: they are read again when it changes`;
    return { drafts, rejects: [...rejects, { entity: 'message', sourceId: null, reason, payload: { conversation_id: conversation.id } }] };
  }
}
