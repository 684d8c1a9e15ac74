import type { ExpectedRow } from '../world/model.ts';
import { channelOfInbox, type ChatwootAccount, type ChatwootConversation, type ChatwootMessage, type Seconds } from './model.ts';
import { OpeningClock } from './opening-clock.ts';

type Row = (table: string, sourceId: string | number, values: ExpectedRow['values']) => ExpectedRow;

/** The promises of a company that has set none of its own. */
const FIRST_RESPONSE = 3600;
const RESOLUTION = 24 * 3600;

interface Handoff {
  readonly at: Seconds;
  readonly via: 'message' | 'event';
}

interface Wait {
  readonly startedAt: Seconds;
  ended: { readonly by: 'reply' | 'resolution'; readonly at: Seconds } | null;
  readonly isFirst: boolean;
}

/** A public message of a person: an agent who is no bot, or somebody at the phone. */
export function isReply(account: ChatwootAccount, message: ChatwootMessage): boolean {
  if (message.type !== 1 || message.private || message.automationRuleId !== null) return false;
  if (message.externalEcho) return true;
  return message.sender?.type === 'user' && !account.settings.botUserIds.includes(message.sender.id);
}

function isBot(account: ChatwootAccount, message: ChatwootMessage): boolean {
  if (message.type !== 1 || message.private || message.automationRuleId !== null || message.sender === null) return false;
  return !isReply(account, message);
}

/** When a conversation was resolved last, and how that is known of one read once: by its event, else by its last activity. */
export function resolutionOf(conversation: ChatwootConversation): { at: Seconds; source: 'event' | 'activity' } | null {
  if (conversation.status !== 'resolved') return null;
  const event = conversation.events.findLast(({ name }) => name === 'conversation_resolved');
  if (event !== undefined) return { at: event.endedAt, source: 'event' };
  const activity = conversation.messages.findLast(({ type }) => type === 2);
  return { at: activity?.createdAt ?? conversation.lastActivityAt, source: 'activity' };
}

/**
 * What follows from conversations, of a company that has read each of them once and in its present state: the statuses seen, handoffs,
 * waits, promises, messages per day. By an own reading of the rules.
 */
export function expectedSupport(account: ChatwootAccount, row: Row, dayOf: (at: Seconds) => string): ExpectedRow[] {
  const inboxes = new Map(
    account.inboxes.map((inbox) => [inbox.id, { channel: channelOfInbox(account, inbox), clock: OpeningClock.of(inbox) }]),
  );
  return account.conversations.flatMap((conversation) => {
    const { channel, clock } = inboxes.get(conversation.inboxId) ?? { channel: 'Other', clock: null };
    const handoffs = handoffsOf(account, conversation);
    const waits = waitsOf(account, conversation);
    return [
      row('public.conversation_status_history', `${conversation.id}|1`, {
        status: conversation.status,
        valid_from: new Date(conversation.updatedAt / 1000)
          .toISOString()
          .replace(/\.\d+Z$/, `.${String(conversation.updatedAt % 1e6).padStart(6, '0')}Z`),
        valid_until: null,
      }),
      ...handoffs.map(({ at, via }, i) =>
        row('kpi.handoffs', `${conversation.id}|${i + 1}`, { direction: 'to_human', at: instant(at), day: dayOf(at), via, channel }),
      ),
      ...waits.map((wait, i) =>
        row('kpi.waits', `${conversation.id}|${i + 1}`, waitValues(conversation, wait, handoffs, { channel, clock, dayOf })),
      ),
      ...promisesOf(account, conversation, { waits, handoffs }).map(({ promise, startedAt, threshold, fulfilledAt }) => {
        const due = clock === null ? startedAt + threshold : clock.after(startedAt, threshold);
        return row('public.sla_results', `${conversation.id}|${promise}`, {
          channel,
          clock: clock === null ? 'wall' : 'business',
          threshold_seconds: String(threshold),
          started_at: instant(startedAt),
          due_at: instant(due),
          due_day: dayOf(due),
          fulfilled_at: fulfilledAt === null ? null : instant(fulfilledAt),
        });
      }),
      ...perDay(account, conversation, dayOf).map(([key, values]) =>
        row('kpi.conversation_days', `${conversation.id}|${key}`, { channel, ...values }),
      ),
    ];
  });
}

/** A person after a bot, once per stretch. One that is with the bot by its status has been so from its beginning. */
function handoffsOf(account: ChatwootAccount, conversation: ChatwootConversation): Handoff[] {
  const asked = conversation.events.filter(({ name }) => name === 'conversation_bot_handoff').map(({ endedAt }) => endedAt);
  const found: Handoff[] = [];
  let withBot = conversation.status === 'pending' || asked.length > 0;
  const person = (at: Seconds, via: Handoff['via']) => {
    if (withBot) found.push({ at, via });
    withBot = false;
  };
  for (const message of inTime(conversation)) {
    // What happened in an earlier second; of one second, messages come first.
    while (asked[0] !== undefined && asked[0] < message.createdAt) person(asked.shift()!, 'event');
    if (isBot(account, message)) withBot = true;
    else if (isReply(account, message)) person(message.createdAt, 'message');
  }
  for (const at of asked) person(at, 'event');
  return found;
}

function waitsOf(account: ChatwootAccount, conversation: ChatwootConversation): Wait[] {
  const closed = conversation.events.filter(({ name }) => name === 'conversation_resolved').map(({ endedAt }) => endedAt);
  // Seen resolved in this version, whatever was open before it is closed.
  if (conversation.status === 'resolved') closed.push(conversation.updatedAt / 1e6);
  const waits: Wait[] = [];
  let answered = false;
  let open: Wait | null = null;
  const end = (by: 'reply' | 'resolution', at: Seconds) => {
    if (open !== null) open.ended = { by, at };
    open = null;
  };
  for (const message of inTime(conversation)) {
    while (closed[0] !== undefined && closed[0] < message.createdAt) end('resolution', closed.shift()!);
    if (message.type === 0 && open === null) {
      open = { startedAt: message.createdAt, ended: null, isFirst: !answered };
      waits.push(open);
    }
    if (!isReply(account, message)) continue;
    end('reply', message.createdAt);
    answered = true;
  }
  for (const at of closed) end('resolution', at);
  return waits;
}

interface Place {
  readonly channel: string;
  readonly clock: OpeningClock | null;
  readonly dayOf: (at: Seconds) => string;
}

function waitValues(conversation: ChatwootConversation, wait: Wait, handoffs: readonly Handoff[], place: Place): ExpectedRow['values'] {
  const replied = wait.ended?.by === 'reply' ? wait.ended.at : null;
  const asked = replied === null ? 0 : Math.max(conversation.createdAt, ...handoffs.filter(({ at }) => at < replied).map(({ at }) => at));
  const business = (from: Seconds) => (replied === null || place.clock === null ? null : String(place.clock.between(from, replied)));
  const isFirstReply = wait.isFirst && replied !== null;
  return {
    channel: place.channel,
    started_at: instant(wait.startedAt),
    ended_at: wait.ended === null ? null : instant(wait.ended.at),
    ended_by: wait.ended?.by ?? null,
    day: replied === null ? null : place.dayOf(replied),
    is_first: String(wait.isFirst),
    wall_seconds: replied === null ? null : String(replied - wait.startedAt),
    business_seconds: business(wait.startedAt),
    first_response_seconds: isFirstReply ? String(Math.max(0, replied - asked)) : null,
    first_response_business_seconds: isFirstReply ? business(asked) : null,
  };
}

interface Promised {
  readonly promise: 'first_response' | 'resolution';
  readonly startedAt: Seconds;
  readonly threshold: number;
  readonly fulfilledAt: Seconds | null;
}

function promisesOf(
  account: ChatwootAccount,
  conversation: ChatwootConversation,
  { waits, handoffs }: { readonly waits: readonly Wait[]; readonly handoffs: readonly Handoff[] },
): Promised[] {
  if (waits.length === 0) return [];
  const firstReply = inTime(conversation).find((message) => isReply(account, message))?.createdAt ?? null;
  const botAtWork =
    conversation.status === 'pending' ||
    (conversation.status === 'resolved' && conversation.messages.some((message) => isBot(account, message)));
  if (firstReply === null && handoffs.length === 0 && botAtWork) return [];
  const before = handoffs.filter(({ at }) => firstReply === null || at < firstReply).map(({ at }) => at);
  const resolution: Promised = {
    promise: 'resolution',
    startedAt: conversation.createdAt,
    threshold: RESOLUTION,
    fulfilledAt: resolutionOf(conversation)?.at ?? null,
  };
  if (!waits.some(({ isFirst }) => isFirst)) return [resolution];
  const startedAt = Math.max(conversation.createdAt, ...before);
  return [{ promise: 'first_response', startedAt, threshold: FIRST_RESPONSE, fulfilledAt: firstReply }, resolution];
}

/** Public messages by day and sender, keyed `day|agent` or `day|other`. */
function perDay(account: ChatwootAccount, conversation: ChatwootConversation, dayOf: Place['dayOf']): [string, ExpectedRow['values']][] {
  const shown = conversation.messages.filter((message) => message.type !== 2 && !message.private);
  const groups = Map.groupBy(shown, (message) => `${dayOf(message.createdAt)}|${senderOf(message)}`);
  return [...groups].map(([key, messages]) => {
    const count = (wanted: (message: ChatwootMessage) => boolean) => String(messages.filter(wanted).length);
    const arrived = (type: number) => count((message) => message.type === type && message.status !== 'failed');
    return [
      key,
      {
        incoming: arrived(0),
        outgoing: arrived(1),
        templates: arrived(3),
        failed: count(({ status }) => status === 'failed'),
        replies: count((message) => isReply(account, message)),
      },
    ];
  });
}

function senderOf(message: ChatwootMessage): string {
  // Who it was stays known of a user, also where a rule wrote in its name.
  return message.sender?.type === 'user' ? String(message.sender.id) : 'other';
}

const inTime = (conversation: ChatwootConversation) => conversation.messages.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id);

/** Seconds, with a fraction where it was a version's clock. */
function instant(seconds: Seconds): string {
  const micros = Math.round(seconds * 1e6);
  return `${new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19)}.${String(micros % 1e6).padStart(6, '0')}Z`;
}
