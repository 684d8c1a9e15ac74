import type {
  ChatwootAccount,
  ChatwootContact,
  ChatwootConversation,
  ChatwootCsat,
  ChatwootEvent,
  ChatwootInbox,
  ChatwootMessage,
  ChatwootUser,
} from './model.ts';

/* Answers in the shape of the REST API of version 4.15.1: absent keys are really absent, 0 stands for no time. */

export function inboxShape(inbox: ChatwootInbox): Record<string, unknown> {
  return {
    id: inbox.id,
    avatar_url: '',
    channel_id: inbox.id,
    name: inbox.name,
    channel_type: inbox.channelType,
    ...(inbox.medium === null ? {} : { medium: inbox.medium }),
    greeting_enabled: false,
    working_hours_enabled: inbox.workingHours,
    timezone: inbox.timeZone,
    working_hours: Array.from({ length: 7 }, (_, day) => workingDay(inbox, day)),
    csat_survey_enabled: inbox.csat,
    ...inbox.secrets,
  };
}

function workingDay(inbox: ChatwootInbox, day: number): Record<string, unknown> {
  const open = inbox.hours.find((one) => one.day === day);
  const [opens, closes] = [open?.opens ?? null, open === undefined ? null : Math.min(open.closes, 24 * 60 - 1)];
  return {
    day_of_week: day,
    closed_all_day: open === undefined,
    open_hour: opens === null ? null : Math.floor(opens / 60),
    open_minutes: opens === null ? null : opens % 60,
    close_hour: closes === null ? null : Math.floor(closes / 60),
    close_minutes: closes === null ? null : closes % 60,
    open_all_day: open?.opens === 0 && open.closes === 24 * 60,
  };
}

export function agentShape(account: ChatwootAccount, user: ChatwootUser): Record<string, unknown> {
  return {
    id: user.id,
    account_id: account.id,
    availability_status: 'online',
    auto_offline: true,
    confirmed: user.confirmed,
    email: user.email,
    provider: 'email',
    available_name: user.name,
    name: user.name,
    role: user.role,
    thumbnail: '',
  };
}

export function conversationShape(account: ChatwootAccount, conversation: ChatwootConversation): Record<string, unknown> {
  const { assignee, contact } = conversation;
  const team = account.teams.find(({ id }) => id === conversation.teamId);
  const last = conversation.messages.at(-1);
  return {
    meta: {
      sender: contactShape(contact),
      channel: account.inboxes.find(({ id }) => id === conversation.inboxId)?.channelType,
      ...(assignee === null ? {} : { assignee: assigneeShape(account, assignee), assignee_type: assignee.kind }),
      ...(team === undefined
        ? {}
        : { team: { ...team, description: null, allow_auto_assign: true, account_id: account.id, is_member: false } }),
      hmac_verified: false,
    },
    id: conversation.id,
    messages: last === undefined ? [] : [{ ...messageShape(conversation, last), account_id: account.id, sender_id: 1 }],
    account_id: account.id,
    uuid: conversation.uuid,
    additional_attributes: {},
    agent_last_seen_at: 0,
    assignee_last_seen_at: 0,
    can_reply: true,
    contact_last_seen_at: 0,
    custom_attributes: {},
    inbox_id: conversation.inboxId,
    labels: conversation.labels,
    muted: false,
    snoozed_until: conversation.snoozedUntil === null ? null : new Date(conversation.snoozedUntil * 1000).toISOString(),
    status: conversation.status,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt / 1e6,
    timestamp: conversation.lastActivityAt,
    first_reply_created_at: conversation.firstReplyAt ?? 0,
    unread_count: Math.min(10, conversation.messages.filter(({ type }) => type === 0).length),
    last_non_activity_message: last === undefined ? null : messageShape(conversation, last),
    last_activity_at: conversation.lastActivityAt,
    priority: conversation.priority,
    waiting_since: conversation.waitingSince ?? 0,
    sla_policy_id: null,
  };
}

/** The shape of the messages endpoint, which states no `updated_at`. */
export function messageShape(conversation: ChatwootConversation, message: ChatwootMessage): Record<string, unknown> {
  return {
    id: message.id,
    content: message.content,
    inbox_id: conversation.inboxId,
    conversation_id: conversation.id,
    message_type: message.type,
    content_type: message.contentType,
    status: message.status,
    content_attributes: {
      ...(message.deleted ? { deleted: true } : {}),
      ...(message.automationRuleId === null ? {} : { automation_rule_id: message.automationRuleId }),
      ...(message.externalEcho ? { external_echo: true } : {}),
    },
    created_at: message.createdAt,
    private: message.private,
    source_id: null,
    ...(message.sender === null ? {} : { sender: senderShape(conversation, message.sender) }),
  };
}

/** A reporting event. Its `conversation_id` is the internal id. */
export function eventShape(account: ChatwootAccount, conversation: ChatwootConversation, event: ChatwootEvent): Record<string, unknown> {
  const inbox = account.inboxes.find(({ id }) => id === conversation.inboxId);
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  const value = event.endedAt - event.startedAt;
  return {
    id: event.id,
    name: event.name,
    value,
    value_in_business_hours: inbox?.workingHours === true ? value / 2 : 0,
    event_start_time: iso(event.startedAt),
    event_end_time: iso(event.endedAt),
    account_id: account.id,
    inbox_id: conversation.inboxId,
    user_id: event.userId,
    conversation_id: conversation.internalId,
    // Written by a job, a little later.
    created_at: iso(event.endedAt + 1),
    updated_at: iso(event.endedAt + 1),
  };
}

export function csatShape(account: ChatwootAccount, answer: ChatwootCsat): Record<string, unknown> {
  const user = account.users.find(({ id }) => id === answer.agentId);
  const contact = account.conversations.find(({ id }) => id === answer.conversationId)?.contact;
  return {
    id: answer.id,
    rating: answer.rating,
    feedback_message: answer.feedback,
    csat_review_notes: null,
    review_notes_updated_at: null,
    account_id: account.id,
    message_id: answer.messageId,
    ...(contact ? { contact: contactShape(contact) } : {}),
    conversation_id: answer.conversationId,
    ...(user === undefined ? {} : { assigned_agent: agentShape(account, user) }),
    created_at: answer.createdAt,
  };
}

export function contactShape(contact: ChatwootContact | null): Record<string, unknown> {
  // The real server stumbles over an orphan in the same place.
  if (contact === null) throw new OrphanFault();
  const { id, name, email, phone } = contact;
  return {
    additional_attributes: {},
    custom_attributes: {},
    email,
    id,
    identifier: null,
    name,
    phone_number: phone,
    thumbnail: '',
    blocked: false,
  };
}

/** A conversation without its contact was to be shown: the whole answer becomes a 500. */
export class OrphanFault extends Error {}

function senderShape(conversation: ChatwootConversation, sender: NonNullable<ChatwootMessage['sender']>): Record<string, unknown> {
  if (sender.type === 'contact') return { ...contactShape(conversation.contact), type: 'contact' };
  return { id: sender.id, name: `Remitente ${sender.id}`, thumbnail: '', type: sender.type };
}

function assigneeShape(account: ChatwootAccount, assignee: NonNullable<ChatwootConversation['assignee']>): Record<string, unknown> {
  const user = account.users.find(({ id }) => id === assignee.id);
  if (assignee.kind === 'User' && user !== undefined) return agentShape(account, user);
  const bot = account.bots.find(({ id }) => id === assignee.id);
  return { id: assignee.id, name: bot?.name ?? 'Bot', description: null, thumbnail: '', bot_type: 'webhook' };
}
