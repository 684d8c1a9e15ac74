import type { ExpectedRow } from '../world/model.ts';
import { expectedSupport, isReply, resolutionOf } from './expected-support.ts';
import {
  channelOfInbox,
  type ChatwootAccount,
  type ChatwootConversation,
  type ChatwootEvent,
  type ChatwootInstallation,
  type ChatwootMessage,
  type Seconds,
} from './model.ts';

const DIRECTIONS = ['incoming', 'outgoing', 'activity', 'template'] as const;

/**
 * What the warehouse must hold of one account, worked out from the model alone. Assumes that the connection's settings name
 * the account's bot users and WhatsApp bridges (`account.settings`).
 */
export function expectedChatwoot(installation: ChatwootInstallation, accountId: number, rut: string, timeZone: string): ExpectedRow[] {
  const account = installation.accounts.find(({ id }) => id === accountId);
  if (account === undefined) throw new Error(`the sandbox has no Chatwoot account ${accountId}`);
  const dayOf = localDays(timeZone);
  const row = (table: string, sourceId: string | number, values: ExpectedRow['values']): ExpectedRow => ({
    rut,
    table,
    sourceId: String(sourceId),
    values,
  });
  const channels = new Map(account.inboxes.map((inbox) => [inbox.id, channelOfInbox(account, inbox)]));

  const inboxes = account.inboxes.map((inbox) =>
    row('public.inboxes', inbox.id, {
      name: inbox.name,
      channel: channels.get(inbox.id) ?? null,
      channel_type: inbox.channelType,
      working_hours_enabled: String(inbox.workingHours),
      timezone: inbox.timeZone,
      csat_enabled: String(inbox.csat),
      working_hours: JSON.stringify(inbox.hours.map(({ day, opens, closes }) => `${day} ${clock(opens)}-${clock(closes)}`).toSorted()),
      opening_zone: inbox.timeZone,
    }),
  );
  const agents = account.users.map(({ id, name, role, confirmed }) =>
    row('public.agents', id, { name, role, confirmed: String(confirmed), is_bot: String(account.settings.botUserIds.includes(id)) }),
  );
  const conversations = account.conversations.map((conversation) =>
    row('public.conversations', conversation.id, {
      inbox_id: String(conversation.inboxId),
      channel: channels.get(conversation.inboxId) ?? null,
      status: conversation.status,
      created_at: instant(conversation.createdAt),
      business_day: dayOf(conversation.createdAt),
      last_activity_at: instant(conversation.lastActivityAt),
      first_reply_at: instantOrNull(conversation.firstReplyAt),
      waiting_since: instantOrNull(conversation.waitingSince),
      snoozed_until: instantOrNull(conversation.snoozedUntil),
      ...assignee(account, conversation),
      team: account.teams.find(({ id }) => id === conversation.teamId)?.name ?? null,
      priority: conversation.priority,
      labels: JSON.stringify(conversation.labels.toSorted()),
      ...resolution(conversation, dayOf),
    }),
  );
  const messages = account.conversations.flatMap((conversation) =>
    conversation.messages.map((message) =>
      row('public.messages', message.id, {
        conversation_id: String(conversation.id),
        created_at: instant(message.createdAt),
        business_day: dayOf(message.createdAt),
        direction: DIRECTIONS[message.type],
        private: String(message.private),
        sender_kind: senderKind(account, message),
        agent_id: message.sender?.type === 'user' ? String(message.sender.id) : null,
        content_type: message.contentType,
        status: message.status,
        is_deleted: String(message.deleted),
        is_reply: String(isReply(account, message)),
      }),
    ),
  );
  const csat = account.csat.map((answer) =>
    row('public.csat_responses', answer.id, {
      conversation_id: String(answer.conversationId),
      survey_id: String(answer.messageId),
      counts: 'true',
      agent_id: answer.agentId === null ? null : String(answer.agentId),
      rating: String(answer.rating),
      created_at: instant(answer.createdAt),
      business_day: dayOf(answer.createdAt),
    }),
  );
  const perDay = [...Map.groupBy(account.conversations, (one) => `${dayOf(one.createdAt)}|${channels.get(one.inboxId) ?? ''}`)];
  const daily = perDay.map(([key, group]) => row('kpi.conversations_daily', key, countByStatus(group)));
  const events = account.conversations.flatMap((conversation) =>
    conversation.events.map((event) => row('public.conversation_events', event.id, eventValues(account, conversation, event, dayOf))),
  );
  const derived = expectedSupport(account, row, dayOf);
  return [...inboxes, ...agents, ...conversations, ...messages, ...events, ...csat, ...daily, ...derived];
}

function resolution(conversation: ChatwootConversation, dayOf: (seconds: Seconds) => string) {
  const resolved = resolutionOf(conversation);
  return {
    resolved_at: resolved === null ? null : instant(resolved.at),
    resolved_at_source: resolved?.source ?? null,
    resolved_day: resolved === null ? null : dayOf(resolved.at),
  };
}

function eventValues(
  account: ChatwootAccount,
  conversation: ChatwootConversation,
  { name, startedAt, endedAt, userId }: ChatwootEvent,
  dayOf: (seconds: Seconds) => string,
): ExpectedRow['values'] {
  const hasHours = account.inboxes.some(({ id, workingHours }) => id === conversation.inboxId && workingHours);
  const value = endedAt - startedAt;
  return {
    conversation_id: String(conversation.id),
    conversation_internal_id: String(conversation.internalId),
    name,
    created_at: instant(endedAt),
    started_at: instant(startedAt),
    business_day: dayOf(endedAt),
    inbox_id: String(conversation.inboxId),
    agent_id: userId === null ? null : String(userId),
    value_seconds: String(value),
    business_seconds: hasHours && value > 0 ? String(value / 2) : null,
  };
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function countByStatus(group: readonly ChatwootConversation[]): Record<string, string> {
  const count = (status: string) => String(group.filter((conversation) => conversation.status === status).length);
  const { length } = group;
  return { opened: String(length), open: count('open'), resolved: count('resolved'), pending: count('pending'), snoozed: count('snoozed') };
}

/** A bot's id is of another sequence than agents' ids, so the warehouse keeps the kind alone. */
function assignee(account: ChatwootAccount, { assignee: given }: ChatwootConversation) {
  if (given === null) return { assignee_id: null, assignee_kind: null };
  if (given.kind === 'AgentBot') return { assignee_id: null, assignee_kind: 'agent_bot' };
  return { assignee_id: String(given.id), assignee_kind: account.settings.botUserIds.includes(given.id) ? 'agent_bot' : 'user' };
}

function senderKind(account: ChatwootAccount, message: ChatwootMessage): string {
  if (message.automationRuleId !== null) return 'automation';
  if (message.externalEcho) return 'echo';
  if (message.sender === null) return 'none';
  if (message.sender.type === 'captain_assistant') return 'captain';
  if (message.sender.type === 'user' && account.settings.botUserIds.includes(message.sender.id)) return 'agent_bot';
  return message.sender.type;
}

function instant(seconds: Seconds): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, '.000000Z');
}

function instantOrNull(seconds: Seconds | null): string | null {
  return seconds === null ? null : instant(seconds);
}

/** Seconds → the local day of a zone. Swedish dates are written year first. */
function localDays(timeZone: string): (seconds: Seconds) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (seconds) => format.format(new Date(seconds * 1000));
}
