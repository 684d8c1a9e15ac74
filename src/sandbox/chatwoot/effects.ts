import type { ChatwootConversation, ChatwootMessage, Seconds } from './model.ts';

type Clocks = Pick<ChatwootConversation, 'firstReplyAt' | 'waitingSince' | 'lastActivityAt'>;

/**
 * What one message does to its conversation's clocks, as version 4.15 does it: an incoming one starts the wait if none runs,
 * a public reply by a person or a bot ends it, the first by a person (or its echo) is the first reply. Automation, templates,
 * activities and private notes change neither.
 */
export function heard(clocks: Clocks, message: Omit<ChatwootMessage, 'id'>): Clocks {
  const next = { ...clocks, lastActivityAt: message.createdAt };
  if (message.type === 0) return { ...next, waitingSince: clocks.waitingSince ?? message.createdAt };
  if (message.type !== 1 || message.private || message.automationRuleId !== null) return next;
  const person = message.sender?.type === 'user' || message.externalEcho;
  if (!person && message.sender === null) return next;
  return { ...next, waitingSince: null, firstReplyAt: clocks.firstReplyAt ?? (person ? message.createdAt : null) };
}

/** The clocks of a conversation at its creation: it counts as waiting from the first second. */
export function clocksAtCreation(createdAt: Seconds): Clocks {
  return { firstReplyAt: null, waitingSince: createdAt, lastActivityAt: createdAt };
}
