/** Whole Unix seconds, as Chatwoot's columns of most times are shown. */
export type Seconds = number;
/** Unix microseconds: only `updated_at` is shown with a fraction. */
export type Micros = number;

export type ConversationStatus = 'open' | 'resolved' | 'pending' | 'snoozed';
export type ChannelType =
  'Channel::Whatsapp' | 'Channel::TwilioSms' | 'Channel::Email' | 'Channel::WebWidget' | 'Channel::Api' | 'Channel::Instagram';

/** One Chatwoot server. Ids of messages, inboxes, users, contacts and answers count over all its accounts, display ids per account. */
export interface ChatwootInstallation {
  readonly version: string;
  readonly accounts: ChatwootAccount[];
  /** The next free id of each kind. */
  readonly next: { message: number; csat: number };
  /** Whether it has the folder that raw reporting events come with; without it their addresses do not exist. */
  reportingEvents: boolean;
}

export interface ChatwootAccount {
  readonly id: number;
  readonly timeZone: string;
  suspended: boolean;
  readonly users: ChatwootUser[];
  readonly bots: { readonly id: number; readonly name: string }[];
  readonly inboxes: ChatwootInbox[];
  readonly teams: { readonly id: number; name: string }[];
  /** Oldest first; a deleted conversation is taken out. */
  readonly conversations: ChatwootConversation[];
  readonly csat: ChatwootCsat[];
  nextDisplayId: number;
  /** What the tenant's settings must say: users that are bots, and inboxes that are WhatsApp bridges. */
  readonly settings: { readonly botUserIds: readonly number[]; readonly whatsappInboxIds: readonly number[] };
}

export interface ChatwootUser {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  role: 'administrator' | 'agent';
  readonly confirmed: boolean;
  readonly accessToken: string;
  /** Inboxes an agent belongs to; an administrator sees all. */
  readonly inboxIds: readonly number[];
}

export interface ChatwootInbox {
  readonly id: number;
  name: string;
  readonly channelType: ChannelType;
  /** Only on Channel::TwilioSms. */
  readonly medium: 'sms' | 'whatsapp' | null;
  readonly workingHours: boolean;
  /** Days on which it opens, in minutes of the day; kept also where working hours are switched off, as Chatwoot does. */
  readonly hours: readonly { readonly day: number; readonly opens: number; readonly closes: number }[];
  readonly timeZone: string;
  readonly csat: boolean;
  /** What an administrator's token gets beside the rest, and must go no further. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

export interface ChatwootContact {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

export interface ChatwootConversation {
  readonly id: number;
  readonly uuid: string;
  /** The key of its table: counts over the installation, is not the display id, and is shown by reporting events alone. */
  internalId: number;
  readonly inboxId: number;
  /** Null: an orphan, whose contact is gone. Every list it is on, and itself, answer 500. */
  contact: ChatwootContact | null;
  status: ConversationStatus;
  readonly createdAt: Seconds;
  updatedAt: Micros;
  lastActivityAt: Seconds;
  firstReplyAt: Seconds | null;
  waitingSince: Seconds | null;
  snoozedUntil: Seconds | null;
  assignee: { readonly kind: 'User' | 'AgentBot'; readonly id: number } | null;
  teamId: number | null;
  priority: 'low' | 'medium' | 'high' | 'urgent' | null;
  labels: string[];
  /** In the order of their ids. */
  readonly messages: ChatwootMessage[];
  /** In the order of their ids. */
  readonly events: ChatwootEvent[];
}

/** A row of Chatwoot's reporting: what happened to a conversation and how long it had taken. */
export interface ChatwootEvent {
  readonly id: number;
  readonly name: 'conversation_resolved' | 'conversation_opened' | 'conversation_bot_handoff';
  readonly startedAt: Seconds;
  readonly endedAt: Seconds;
  readonly userId: number | null;
}

export type MessageSender =
  | { readonly type: 'contact' }
  | { readonly type: 'user' | 'agent_bot'; readonly id: number }
  | { readonly type: 'captain_assistant'; readonly id: number }
  | null;

export interface ChatwootMessage {
  readonly id: number;
  /** incoming 0, outgoing 1, activity 2, template 3. */
  readonly type: 0 | 1 | 2 | 3;
  content: string;
  readonly contentType: 'text' | 'input_csat' | 'incoming_email';
  status: 'sent' | 'delivered' | 'read' | 'failed';
  readonly private: boolean;
  readonly createdAt: Seconds;
  readonly sender: MessageSender;
  readonly automationRuleId: number | null;
  /** A person's reply typed in the WhatsApp app of the phone: outgoing without sender. */
  readonly externalEcho: boolean;
  deleted: boolean;
}

export interface ChatwootCsat {
  readonly id: number;
  rating: number;
  readonly feedback: string;
  /** Display id. */
  readonly conversationId: number;
  readonly messageId: number;
  readonly agentId: number | null;
  readonly createdAt: Seconds;
}

export type Channel = 'WhatsApp' | 'Email' | 'Web' | 'Other';

/** The channel people mean by an inbox, as the model knows it. */
export function channelOfInbox(account: ChatwootAccount, inbox: ChatwootInbox): Channel {
  const whatsapp =
    inbox.channelType === 'Channel::Whatsapp' || inbox.medium === 'whatsapp' || account.settings.whatsappInboxIds.includes(inbox.id);
  if (whatsapp) return 'WhatsApp';
  if (inbox.channelType === 'Channel::Email') return 'Email';
  return inbox.channelType === 'Channel::WebWidget' ? 'Web' : 'Other';
}
