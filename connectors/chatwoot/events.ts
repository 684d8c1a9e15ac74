import { z } from 'zod';
import { SourceError, type Draft, type Reject } from '#contract';
import { unexpectedAnswer, type ChatwootClient } from './client.ts';
import { eventDraft } from './mapping.ts';
import { parseRecord } from './parse-record.ts';
import { rawReportingEvent } from './records.ts';

const list = z.array(z.unknown());

/** Whether the server has raw reporting events: builds without the enterprise folder, and those before 4.8.0, have no such address. */
export async function offersEvents(client: ChatwootClient): Promise<boolean> {
  try {
    return (await client.get('/reporting_events', { page: 1 }, [401])).status < 400;
  } catch (error) {
    // An address without a route answers with a web page; that the account itself is there has been seen before.
    if (error instanceof SourceError && error.status === 404) return false;
    throw error;
  }
}

/**
 * All reporting events of one conversation, in one answer. Asked for by the conversation's display id, because the rows carry the
 * internal id alone: of the account-wide list nobody could say which conversation a row belongs to. A conversation deleted in the
 * meantime has none.
 * @throws SourceError
 */
export async function readEvents(client: ChatwootClient, conversationId: number): Promise<{ drafts: Draft[]; rejects: Reject[] }> {
  const path = `/conversations/${conversationId}/reporting_events`;
  const answer = await client.get(path, {}, [404]);
  if (answer.status === 404) return { drafts: [], rejects: [] };
  const rows = list.safeParse(answer.json);
  if (!rows.success) throw unexpectedAnswer(`GET ${path}`);
  const parsed = rows.data.map((raw) => parseRecord('conversation_event', rawReportingEvent, raw));
  return {
    drafts: parsed.flatMap((one) => ('record' in one ? [eventDraft(one.record, conversationId)] : [])),
    rejects: parsed.flatMap((one) => ('reject' in one ? [one.reject] : [])),
  };
}
