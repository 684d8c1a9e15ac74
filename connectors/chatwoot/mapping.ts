import type { DraftFor } from '#contract';
import { fromFractionalSeconds, fromSeconds, fromSecondsOrNone } from './instants.ts';
import type { RawAgent, RawConversation, RawCsatResponse, RawInbox, RawMessage, RawReportingEvent } from './records.ts';
import type { ChatwootSettings } from './settings.ts';

type Rules = Pick<ChatwootSettings, 'bot_user_ids' | 'whatsapp_inbox_ids'>;
type MessageFields = DraftFor<'message'>['fields'];

const DIRECTIONS = ['incoming', 'outgoing', 'activity', 'template'] as const;

const SENDERS: Readonly<Record<string, MessageFields['sender_kind']>> = {
  contact: 'contact',
  user: 'user',
  agent_bot: 'agent_bot',
  captain_assistant: 'captain',
};

/**
 * The channel people mean. `channel_type` alone cannot tell Twilio's WhatsApp from its SMS, and WhatsApp bridges appear as
 * Channel::Api: hence `medium` and the connection's own list.
 */
export function channelOf(inbox: RawInbox, rules: Rules): DraftFor<'inbox'>['fields']['channel'] {
  if (rules.whatsapp_inbox_ids.includes(inbox.id)) return 'WhatsApp';
  switch (inbox.channel_type) {
    case 'Channel::Whatsapp':
      return 'WhatsApp';
    case 'Channel::TwilioSms':
      return inbox.medium === 'whatsapp' ? 'WhatsApp' : 'Other';
    case 'Channel::Email':
      return 'Email';
    case 'Channel::WebWidget':
      return 'Web';
    default:
      return 'Other';
  }
}

/** An inbox. Chatwoot states no times for it: the latest reading wins. */
export function inboxDraft(raw: RawInbox, rules: Rules): DraftFor<'inbox'> {
  return {
    entity: 'inbox',
    sourceId: String(raw.id),
    sourceCreatedAt: null,
    sourceUpdatedAt: null,
    fields: {
      name: raw.name,
      channel: channelOf(raw, rules),
      channel_type: raw.channel_type,
      working_hours_enabled: raw.working_hours_enabled ?? false,
      timezone: raw.timezone ?? null,
      csat_enabled: raw.csat_survey_enabled ?? false,
      working_hours: hoursOf(raw.working_hours ?? []),
    },
    raw,
  };
}

/** `1 09:00-18:00` for each day that opens (0 Sunday … 6 Saturday). Hours that end before they begin are none. */
function hoursOf(days: NonNullable<RawInbox['working_hours']>): string[] {
  const two = (n: number) => String(n).padStart(2, '0');
  return days.flatMap((day) => {
    if (day.closed_all_day === true) return [];
    if (day.open_all_day === true) return [`${day.day_of_week} 00:00-24:00`];
    if (typeof day.open_hour !== 'number' || typeof day.close_hour !== 'number') return [];
    const opens = `${two(day.open_hour)}:${two(day.open_minutes ?? 0)}`;
    const closes = `${two(day.close_hour)}:${two(day.close_minutes ?? 0)}`;
    return opens < closes ? [`${day.day_of_week} ${opens}-${closes}`] : [];
  });
}

/** An agent: name and role, no e-mail address; and whether the settings say that it is a bot. */
export function agentDraft(raw: RawAgent, rules: Rules): DraftFor<'agent'> {
  return {
    entity: 'agent',
    sourceId: String(raw.id),
    sourceCreatedAt: null,
    sourceUpdatedAt: null,
    fields: { name: raw.name ?? '', role: raw.role, confirmed: raw.confirmed ?? false, is_bot: rules.bot_user_ids.includes(raw.id) },
    raw,
  };
}

/** A conversation in its present state; its version is `updated_at`, to the microsecond. */
export function conversationDraft(raw: RawConversation, rules: Rules): DraftFor<'conversation'> {
  const { messages: _messages, ...listed } = raw;
  return {
    entity: 'conversation',
    sourceId: String(raw.id),
    sourceCreatedAt: fromSeconds(raw.created_at),
    sourceUpdatedAt: raw.updated_at === null || raw.updated_at === undefined ? null : fromFractionalSeconds(raw.updated_at),
    fields: {
      inbox_id: String(raw.inbox_id),
      status: raw.status,
      created_at: fromSeconds(raw.created_at),
      last_activity_at: fromSecondsOrNone(raw.last_activity_at),
      first_reply_at: fromSecondsOrNone(raw.first_reply_created_at),
      waiting_since: fromSecondsOrNone(raw.waiting_since),
      snoozed_until: raw.snoozed_until ? new Date(raw.snoozed_until).toISOString() : null,
      ...assigneeOf(raw.meta, rules),
      team: raw.meta.team?.name ?? null,
      priority: raw.priority ?? null,
      labels: (raw.labels ?? []).toSorted(),
    },
    raw: listed,
  };
}

/** Bots have an id sequence of their own, so a bot's id would point at whichever agent has the same number: it is left out. */
function assigneeOf({ assignee, assignee_type }: RawConversation['meta'], rules: Rules) {
  if (!assignee) return { assignee_id: null, assignee_kind: null };
  if ((assignee_type ?? 'User') !== 'User') return { assignee_id: null, assignee_kind: 'agent_bot' } as const;
  const kind = rules.bot_user_ids.includes(assignee.id) ? 'agent_bot' : 'user';
  return { assignee_id: String(assignee.id), assignee_kind: kind } as const;
}

/**
 * A message without its text. The endpoint states no `updated_at`, so `sourceUpdatedAt` is null and the order of reading
 * decides which version is newer. `conversationId` is the display id that was asked for.
 */
export function messageDraft(raw: RawMessage, conversationId: number, rules: Rules): DraftFor<'message'> {
  const userId = raw.sender?.type === 'user' ? (raw.sender.id ?? null) : null;
  return {
    entity: 'message',
    sourceId: String(raw.id),
    sourceCreatedAt: fromSeconds(raw.created_at),
    sourceUpdatedAt: null,
    fields: {
      conversation_id: String(conversationId),
      created_at: fromSeconds(raw.created_at),
      direction: DIRECTIONS[raw.message_type] ?? 'activity',
      private: raw.private ?? false,
      sender_kind: senderOf(raw, rules),
      agent_id: userId === null ? null : String(userId),
      content_type: raw.content_type ?? 'text',
      status: raw.status ?? 'sent',
      is_deleted: raw.content_attributes?.deleted ?? false,
    },
  };
}

/** Automation and echo first: an echo is a person's reply typed in the WhatsApp app and has no sender at all. */
function senderOf({ content_attributes: attributes, sender }: RawMessage, rules: Rules): MessageFields['sender_kind'] {
  if (attributes?.automation_rule_id !== null && attributes?.automation_rule_id !== undefined) return 'automation';
  if (attributes?.external_echo === true) return 'echo';
  if (sender?.type === 'user' && rules.bot_user_ids.includes(sender.id ?? 0)) return 'agent_bot';
  return SENDERS[sender?.type ?? ''] ?? 'none';
}

/**
 * A reporting event of the conversation that was asked for by its display id: the id in the row itself is another one, and joined to
 * conversations it would give plausible, wrong rows. Its time is its end. 0 business seconds mean none: Chatwoot writes them where the
 * inbox has no hours.
 */
export function eventDraft(raw: RawReportingEvent, conversationId: number): DraftFor<'conversation_event'> {
  const instant = (text: string) => new Date(text).toISOString();
  return {
    entity: 'conversation_event',
    sourceId: String(raw.id),
    sourceCreatedAt: instant(raw.created_at),
    sourceUpdatedAt: null,
    fields: {
      conversation_id: String(conversationId),
      conversation_internal_id: String(raw.conversation_id),
      name: raw.name,
      created_at: instant(raw.event_end_time ?? raw.created_at),
      started_at: raw.event_start_time ? instant(raw.event_start_time) : null,
      inbox_id: raw.inbox_id ? String(raw.inbox_id) : null,
      agent_id: raw.user_id ? String(raw.user_id) : null,
      value_seconds: seconds(raw.value),
      business_seconds: raw.value_in_business_hours ? seconds(raw.value_in_business_hours) : null,
    },
  };
}

/** To the millisecond; Chatwoot computes these as floats. */
function seconds(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** A survey answer. Its rating can be changed for 14 days without any new time on it: the latest reading wins. */
export function csatDraft(raw: RawCsatResponse): DraftFor<'csat_response'> {
  return {
    entity: 'csat_response',
    sourceId: String(raw.id),
    sourceCreatedAt: fromSeconds(raw.created_at),
    sourceUpdatedAt: null,
    fields: {
      conversation_id: String(raw.conversation_id),
      survey_id: raw.message_id ? String(raw.message_id) : null,
      agent_id: raw.assigned_agent ? String(raw.assigned_agent.id) : null,
      rating: raw.rating,
      created_at: fromSeconds(raw.created_at),
    },
    raw,
  };
}
