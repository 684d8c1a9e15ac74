import { heard } from './effects.ts';
import type { ChatwootAccount, ChatwootConversation, ChatwootInstallation, ChatwootMessage, ConversationStatus } from './model.ts';

type Said = Pick<ChatwootMessage, 'type' | 'content' | 'sender'> & Partial<ChatwootMessage>;

/** A message is written: it moves the conversation's `updated_at`, `last_activity_at` and its waits. */
export function addMessage(installation: ChatwootInstallation, conversation: ChatwootConversation, at: Date, said: Said): ChatwootMessage {
  const message: ChatwootMessage = {
    contentType: 'text',
    status: 'sent',
    private: false,
    automationRuleId: null,
    externalEcho: false,
    deleted: false,
    ...said,
    id: installation.next.message++,
    createdAt: said.createdAt ?? Math.floor(at.getTime() / 1000),
  };
  conversation.messages.push(message);
  Object.assign(conversation, heard(conversation, message));
  touch(conversation, at);
  return message;
}

/** A status is set: it moves `updated_at` alone; resolving ends the wait. */
export function setStatus(conversation: ChatwootConversation, at: Date, status: ConversationStatus): void {
  conversation.status = status;
  if (status === 'resolved') conversation.waitingSince = null;
  if (status !== 'snoozed') conversation.snoozedUntil = null;
  touch(conversation, at);
}

/** Any change that moves `updated_at`: a label, an assignee, a priority. */
export function touch(conversation: ChatwootConversation, at: Date): void {
  conversation.updatedAt = at.getTime() * 1000;
}

/** A conversation is deleted for good, with its messages and answers. */
export function removeConversation(account: ChatwootAccount, id: number): void {
  const at = account.conversations.findIndex((conversation) => conversation.id === id);
  if (at !== -1) account.conversations.splice(at, 1);
  const kept = account.csat.filter(({ conversationId }) => conversationId !== id);
  account.csat.splice(0, account.csat.length, ...kept);
}

/** A new conversation like an existing one, without messages. */
export function openConversation(account: ChatwootAccount, like: ChatwootConversation, at: Date): ChatwootConversation {
  const createdAt = Math.floor(at.getTime() / 1000);
  const conversation: ChatwootConversation = {
    ...like,
    id: account.nextDisplayId++,
    status: 'open',
    createdAt,
    lastActivityAt: createdAt,
    firstReplyAt: null,
    waitingSince: createdAt,
    snoozedUntil: null,
    assignee: null,
    labels: [],
    messages: [],
    events: [],
    internalId: like.internalId + 100_000 + account.nextDisplayId,
  };
  touch(conversation, at);
  account.conversations.push(conversation);
  return conversation;
}
