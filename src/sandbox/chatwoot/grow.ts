import { Random } from '../world/random.ts';
import { clocksAtCreation, heard } from './effects.ts';
import {
  channelOfInbox,
  type Channel,
  type ChatwootAccount,
  type ChatwootConversation,
  type ChatwootInstallation,
  type ConversationStatus,
  type Seconds,
} from './model.ts';
import { newAccount } from './people.ts';
import { talk, type Mark, type Spoken } from './talk.ts';

const DAY = 86_400;
const STATUSES: readonly ConversationStatus[] = ['open', 'resolved', 'pending', 'snoozed'];
const CHANNELS: readonly Channel[] = ['WhatsApp', 'Email', 'Web', 'Other'];
const LABELS = ['urgente', 'cambio', 'despacho', 'boleta', 'reclamo'];

type Planned = { readonly conversation: ChatwootConversation; readonly spoken: readonly Spoken[]; readonly marks: readonly Mark[] };

/**
 * Grows a Chatwoot installation from a seed. Times hang on the anchor: conversations lie in the 90 days before it, and
 * nothing has happened after it (only `snoozed_until` lies ahead). In each account the first sixteen conversations of the
 * last week show every channel in every status.
 */
export function growChatwoot(plan: {
  readonly seed: number;
  readonly anchor: Date;
  readonly accounts: readonly { readonly accountId: number; readonly timeZone: string; readonly conversations: number }[];
}): ChatwootInstallation {
  const anchor = Math.floor(plan.anchor.getTime() / 1000);
  const grown = plan.accounts.map(({ accountId, timeZone, conversations }, ordinal) => {
    const random = new Random(plan.seed, `chatwoot ${accountId}`);
    const account = newAccount(random, { id: accountId, timeZone }, ordinal);
    return { account, random, planned: planConversations(random, account, anchor, conversations) };
  });

  const next = { message: 1, csat: 1 };
  const spokenInOrder = grown
    .flatMap(({ planned }) => planned.flatMap(({ conversation, spoken }) => spoken.map((message) => ({ conversation, message }))))
    .toSorted((a, b) => a.message.createdAt - b.message.createdAt);
  for (const { conversation, message } of spokenInOrder) conversation.messages.push({ id: next.message++, ...message });
  numberEvents(grown.flatMap(({ planned }) => planned));
  for (const { account, random } of grown) next.csat = answerSurveys(random, account, anchor, next.csat);
  return { version: '4.15.1', accounts: grown.map(({ account }) => account), next, reportingEvents: true };
}

/** Internal ids and events count over the installation. Some were there before it kept any, so not every resolution has its event. */
function numberEvents(planned: readonly Planned[]): void {
  const inOrder = planned.toSorted((a, b) => a.conversation.createdAt - b.conversation.createdAt);
  // A few had been deleted before the first that is left, so that internal ids are other conversations' display ids.
  for (const [i, { conversation }] of inOrder.entries()) conversation.internalId = i + 4;
  const kept = inOrder.filter(({ conversation }) => conversation.internalId % 4 !== 0);
  const happened = kept
    .flatMap(({ conversation, marks }) => marks.map((mark) => ({ conversation, mark })))
    .toSorted((a, b) => a.mark.at - b.mark.at);
  for (const [i, { conversation, mark }] of happened.entries()) {
    const userId = conversation.assignee?.kind === 'User' ? conversation.assignee.id : null;
    conversation.events.push({ id: i + 1, name: mark.name, startedAt: conversation.createdAt, endedAt: mark.at, userId });
  }
}

function planConversations(random: Random, account: ChatwootAccount, anchor: Seconds, count: number): Planned[] {
  const corners = CHANNELS.flatMap((channel) => STATUSES.map((status) => ({ channel, status })));
  const seeds = Array.from({ length: count }, (_, i) => {
    const corner = corners[i];
    if (corner !== undefined) return { ...corner, createdAt: anchor - random.int(2 * 3600, 6 * DAY) };
    const createdAt = anchor - random.int(2 * 3600, 90 * DAY);
    const old = createdAt < anchor - 14 * DAY;
    const status = old || random.chance(0.5) ? 'resolved' : random.pick(STATUSES);
    return { channel: random.pick(['WhatsApp', 'WhatsApp', 'Email', 'Web', 'Other'] as const), status, createdAt };
  });
  // Display ids count up with the time of creation.
  const planned = seeds
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .map((seed, i) => planConversation(random, account, anchor, i + 1, seed));
  account.conversations.push(...planned.map(({ conversation }) => conversation));
  account.nextDisplayId = planned.length + 1;
  return planned;
}

function planConversation(
  random: Random,
  account: ChatwootAccount,
  anchor: Seconds,
  id: number,
  { channel, status, createdAt }: { channel: Channel; status: ConversationStatus; createdAt: Seconds },
): Planned {
  const inbox = random.pick(account.inboxes.filter((candidate) => channelOfInbox(account, candidate) === channel));
  const assignee = assigneeFor(random, account, status);
  const email = inbox.channelType === 'Channel::Email';
  const setting = { account, status, assignee, email, whatsapp: channel === 'WhatsApp', csat: inbox.csat, createdAt, latest: anchor - 60 };
  const { spoken, marks } = talk(random, setting);
  const clocks = spoken.reduce(heard, clocksAtCreation(createdAt));
  const changedAt = Math.min(clocks.lastActivityAt + random.int(0, 300), anchor - 1);
  const contactId = account.id * 100_000 + id;
  const conversation: ChatwootConversation = {
    id,
    uuid: uuid(random),
    inboxId: inbox.id,
    contact: {
      id: contactId,
      name: `Contacto Sandbox ${contactId}`,
      email: `persona${contactId}@contactos.invalid`,
      phone: `+569${String(contactId).padStart(8, '0')}`,
    },
    status,
    createdAt,
    updatedAt: changedAt * 1_000_000 + random.int(0, 999_999),
    ...clocks,
    waitingSince: status === 'resolved' ? null : clocks.waitingSince,
    snoozedUntil: status === 'snoozed' ? anchor + random.int(1, 5) * DAY : null,
    assignee,
    teamId: random.chance(0.5) ? random.pick(account.teams).id : null,
    priority: random.chance(0.2) ? random.pick(['low', 'medium', 'high', 'urgent'] as const) : null,
    labels: random.shuffle(LABELS).slice(0, random.pick([0, 0, 1, 2])),
    messages: [],
    events: [],
    internalId: 0,
  };
  return { conversation, spoken, marks };
}

function assigneeFor(random: Random, account: ChatwootAccount, status: ConversationStatus): ChatwootConversation['assignee'] {
  const bot = account.bots[0];
  if (status === 'pending') return bot !== undefined && random.chance(0.5) ? { kind: 'AgentBot', id: bot.id } : null;
  if (status === 'open' && random.chance(0.25)) return null;
  return { kind: 'User', id: random.pick(account.users).id };
}

/** About six in ten surveys are answered, within two days. */
function answerSurveys(random: Random, account: ChatwootAccount, anchor: Seconds, firstId: number): number {
  const answers = account.conversations.flatMap((conversation) => {
    const survey = conversation.messages.find(({ contentType }) => contentType === 'input_csat');
    if (survey === undefined || !random.chance(0.6)) return [];
    const createdAt = survey.createdAt + random.int(60, 2 * DAY);
    const agentId = conversation.assignee?.kind === 'User' ? conversation.assignee.id : null;
    const rating = random.pick([1, 2, 3, 4, 4, 5, 5, 5]);
    const feedback = `Comentario del Contacto Sandbox ${conversation.contact?.id ?? 0}`;
    return createdAt < anchor ? [{ rating, feedback, conversationId: conversation.id, messageId: survey.id, agentId, createdAt }] : [];
  });
  const inOrder = answers.toSorted((a, b) => a.createdAt - b.createdAt).map((answer, i) => ({ id: firstId + i, ...answer }));
  account.csat.push(...inOrder);
  return firstId + inOrder.length;
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
