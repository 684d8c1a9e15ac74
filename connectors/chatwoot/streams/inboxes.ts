import { z } from 'zod';
import { unexpectedAnswer } from '../client.ts';
import { inboxDraft } from '../mapping.ts';
import { rawInbox } from '../records.ts';
import { stateStream } from './state-stream.ts';

const envelope = z.object({ payload: z.array(z.unknown()) });

/** Inboxes and the channel each stands for. The raw answer holds channel secrets: only a white-list of it is ever read. */
export const inboxes = stateStream({
  name: 'inboxes',
  description: 'Inboxes with their channel (WhatsApp, Email, Web, Other); none of their secrets is read',
  entity: 'inbox',
  path: '/inboxes',
  rowsOf(json) {
    const parsed = envelope.safeParse(json);
    if (!parsed.success) throw unexpectedAnswer('GET /inboxes');
    return parsed.data.payload;
  },
  schema: rawInbox,
  draft: inboxDraft,
});
