import { defineConnector } from '#contract';
import { accountKey, check } from './check.ts';
import { recordUrl } from './record-url.ts';
import { chatwootSettings, type ChatwootSettings } from './settings.ts';
import { agents } from './streams/agents.ts';
import { conversations } from './streams/conversations.ts';
import { csatResponses } from './streams/csat-responses.ts';
import { inboxes } from './streams/inboxes.ts';

/** Chatwoot (REST, 4.0.2 to 4.15.1): support conversations, messages without text, satisfaction answers. */
export const chatwoot = defineConnector<ChatwootSettings>({
  id: 'chatwoot',
  title: 'Chatwoot',
  settings: chatwootSettings,
  accountKey: (settings) => accountKey(settings),
  host: ({ base_url }) => new URL(base_url).origin,
  recordUrl,
  check,
  streams: [inboxes, agents, conversations, csatResponses],
});
