import { z } from 'zod';
import { unexpectedAnswer, type ChatwootClient } from './client.ts';

/** The most messages Chatwoot gives for one range of ids. A full answer may be cut off, and it does not say so. */
const RANGE_LIMIT = 1000;
/** Upper end where the list named no last message: Chatwoot's message ids are 32-bit. */
const HIGHEST_ID = 2_147_483_647;

const envelope = z.object({ payload: z.array(z.unknown()) });

/**
 * Hands every message of one conversation to `take`, a range at a time; says 'gone' when the conversation was deleted in the
 * meantime. Ranges of ids (`after` inclusive, `before` exclusive) that are halved when full, because the plain `after` form
 * filters by id and orders by time: where messages were imported or backdated its pages skip rows. All of them are read each
 * time, for edits, deletions and delivery states move no clock of the conversation.
 * @throws SourceError
 */
export async function readMessages(
  client: ChatwootClient,
  conversationId: number,
  newestId: number | null,
  take: (rows: readonly unknown[]) => void,
): Promise<'read' | 'gone'> {
  const open = [{ from: 1, until: (newestId ?? HIGHEST_ID) + 1 }];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const rows = await readRange(client, conversationId, range.from, range.until);
    if (rows === null) return 'gone';
    if (rows.length < RANGE_LIMIT || range.until - range.from === 1) {
      take(rows);
      continue;
    }
    const middle = range.from + Math.ceil((range.until - range.from) / 2);
    open.push({ from: middle, until: range.until }, { from: range.from, until: middle });
  }
  return 'read';
}

async function readRange(client: ChatwootClient, conversationId: number, after: number, before: number): Promise<unknown[] | null> {
  const path = `/conversations/${conversationId}/messages`;
  const answer = await client.get(path, { after, before }, [404]);
  if (answer.status === 404) return null;
  const parsed = envelope.safeParse(answer.json);
  if (!parsed.success) throw unexpectedAnswer(`GET ${path}`);
  return parsed.data.payload;
}
