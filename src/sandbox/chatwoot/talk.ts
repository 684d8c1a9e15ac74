import type { Random } from '../world/random.ts';
import type { ChatwootAccount, ChatwootConversation, ChatwootEvent, ChatwootMessage, ConversationStatus, Seconds } from './model.ts';

/** A message that has no id yet: ids are given over the whole installation, in order of time. */
export type Spoken = Omit<ChatwootMessage, 'id'>;

const CONTACT = ['Hola, ¿me ayudan con mi pedido?', '¿Cuándo llega el despacho?', 'Quiero cambiar la talla', 'Gracias', '¿Tienen stock?'];
const REPLY = ['Claro, lo reviso.', 'Su pedido va en camino.', 'Le envío el detalle.', '¿Me confirma el número?', 'Listo, quedó resuelto.'];

const plain = {
  contentType: 'text',
  status: 'read',
  private: false,
  sender: null,
  automationRuleId: null,
  externalEcho: false,
  deleted: false,
} as const satisfies Partial<Spoken>;

/** Something that Chatwoot's reporting keeps. */
export interface Mark {
  readonly name: ChatwootEvent['name'];
  readonly at: Seconds;
}

interface Setting {
  readonly account: ChatwootAccount;
  readonly status: ConversationStatus;
  readonly assignee: ChatwootConversation['assignee'];
  readonly email: boolean;
  readonly whatsapp: boolean;
  readonly csat: boolean;
  readonly createdAt: Seconds;
  /** Nothing is said after it. */
  readonly latest: Seconds;
}

/** What is said in one conversation: about nine messages, from a bot, people, automation and the system, in order of time; and what happens. */
export function talk(random: Random, setting: Setting): { spoken: Spoken[]; marks: Mark[] } {
  const spoken: Spoken[] = [];
  const marks: Mark[] = [];
  const mark = (name: Mark['name']) => marks.push({ name, at: Math.min(at, setting.latest) });
  let at = setting.createdAt;
  const say = (message: Partial<Spoken> & Pick<Spoken, 'type' | 'content'>): void => {
    spoken.push({ ...plain, ...message, createdAt: Math.min(at, setting.latest) });
    at += random.int(20, 900);
  };
  const contact = () =>
    say({ type: 0, content: random.pick(CONTACT), contentType: setting.email ? 'incoming_email' : 'text', sender: { type: 'contact' } });
  const bot = setting.account.bots[0];
  const botSpeaks = bot !== undefined && (setting.status === 'pending' || setting.assignee?.kind === 'AgentBot' || random.chance(0.5));

  contact();
  if (random.chance(0.3)) say({ type: 3, content: 'Gracias por escribir. Le responderemos pronto.' });
  if (botSpeaks) {
    for (let i = random.int(1, 2); i > 0; i--) {
      const captain = random.chance(0.2);
      say({ type: 1, content: random.pick(REPLY), sender: { type: captain ? 'captain_assistant' : 'agent_bot', id: bot.id } });
      contact();
    }
  }
  if (setting.status === 'pending' || setting.assignee?.kind === 'AgentBot') return { spoken, marks };
  if (botSpeaks && random.chance(0.5)) mark('conversation_bot_handoff');

  say({ type: 2, content: 'Se asignó la conversación' });
  if (random.chance(0.25)) say({ type: 1, content: 'Etiqueta puesta por regla', automationRuleId: 1 });
  // Some open conversations wait for a first human reply.
  const rounds = setting.status === 'open' && random.chance(0.3) ? 0 : random.int(1, 4);
  for (let i = 0; i < rounds; i++) {
    if (random.chance(0.2)) say({ type: 1, content: 'Nota interna', private: true, sender: userOf(random, setting) });
    reply(random, setting, say);
    if (random.chance(0.7)) contact();
  }
  if (setting.status !== 'resolved') return { spoken, marks };
  const resolve = () => {
    mark('conversation_resolved');
    say({ type: 2, content: 'Se resolvió la conversación' });
  };
  resolve();
  const later = at + random.int(3, 40) * 3600;
  if (random.chance(0.15) && later + 3600 < setting.latest) {
    // The customer comes back, which opens it again.
    at = later;
    mark('conversation_opened');
    contact();
    reply(random, setting, say);
    resolve();
  }
  if (setting.csat) say({ type: 3, content: '¿Cómo fue la atención?', contentType: 'input_csat' });
  return { spoken, marks };
}

function reply(random: Random, setting: Setting, say: (message: Partial<Spoken> & Pick<Spoken, 'type' | 'content'>) => void): void {
  if (setting.whatsapp && random.chance(0.15)) {
    say({ type: 1, content: random.pick(REPLY), externalEcho: true });
    return;
  }
  const status = random.chance(0.03) ? 'failed' : random.pick(['sent', 'delivered', 'read'] as const);
  const deleted = random.chance(0.02);
  say({ type: 1, content: deleted ? 'Este mensaje fue eliminado' : random.pick(REPLY), status, deleted, sender: userOf(random, setting) });
}

function userOf(random: Random, { account, assignee }: Setting): NonNullable<Spoken['sender']> {
  const botUser = account.settings.botUserIds[0];
  if (botUser !== undefined && random.chance(0.1)) return { type: 'user', id: botUser };
  if (assignee?.kind === 'User') return { type: 'user', id: assignee.id };
  return { type: 'user', id: random.pick(account.users.filter(({ id }) => id !== botUser)).id };
}
