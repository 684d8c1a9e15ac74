import type { Random } from '../world/random.ts';
import type { ChatwootAccount, ChatwootInbox, ChatwootUser } from './model.ts';

const NAMES = ['Valentina Ejemplo', 'Matías Prueba', 'Antonia Muestra', 'Benjamín Modelo', 'Catalina Ensayo', 'Tomás Simulado'];
const TEAMS = ['ventas', 'postventa', 'despachos'];

/** An account with its people and places, still without conversations. `ordinal` keeps ids apart over one installation. */
export function newAccount(random: Random, account: { id: number; timeZone: string }, ordinal: number): ChatwootAccount {
  const inboxes = newInboxes(random, account.timeZone, ordinal * 20);
  const firstUser = ordinal * 20 + 1;
  const users = [
    newUser(random, firstUser, 'Administración Sandbox', 'administrator', inboxes),
    ...NAMES.map((name, i) => newUser(random, firstUser + 1 + i, name, 'agent', inboxes)),
    // An automation that posts with a person's token: only the tenant's settings tell.
    newUser(random, firstUser + 1 + NAMES.length, 'Integración n8n', 'agent', inboxes),
  ];
  const bridge = inboxes.find(({ name }) => name.startsWith('Puente'));
  return {
    ...account,
    suspended: false,
    users,
    bots: [{ id: ordinal * 20 + 1, name: 'Asistente' }],
    inboxes,
    teams: TEAMS.map((name, i) => ({ id: ordinal * 20 + 1 + i, name })),
    conversations: [],
    csat: [],
    nextDisplayId: 1,
    settings: {
      botUserIds: [firstUser + 1 + NAMES.length],
      whatsappInboxIds: bridge === undefined ? [] : [bridge.id],
    },
  };
}

function newUser(random: Random, id: number, name: string, role: ChatwootUser['role'], inboxes: readonly ChatwootInbox[]): ChatwootUser {
  return {
    id,
    name,
    email: `usuario${id}@agentes.invalid`,
    role,
    confirmed: true,
    accessToken: secret(random, role === 'administrator' ? 'admin' : 'agent'),
    // Agents belong to some inboxes only: their token silently sees less.
    inboxIds: inboxes.slice(0, 3).map((inbox) => inbox.id),
  };
}

const opening = (days: readonly number[], opens: number, closes: number) =>
  days.map((day) => ({ day, opens: opens * 60, closes: closes * 60 }));
/** Weeks of inboxes, 0 is Sunday: office hours, with a short Saturday, around the clock, late evenings. */
const HOURS = [
  opening([1, 2, 3, 4, 5], 9, 18),
  [...opening([1, 2, 3, 4, 5], 9, 18), ...opening([6], 10, 13.5)],
  opening([0, 1, 2, 3, 4, 5, 6], 0, 24),
  opening([0, 3, 4, 5, 6], 12.25, 23.75),
];

function newInboxes(random: Random, timeZone: string, firstId: number): ChatwootInbox[] {
  const kinds: readonly Pick<ChatwootInbox, 'name' | 'channelType' | 'medium'>[] = [
    { name: 'WhatsApp Ventas', channelType: 'Channel::Whatsapp', medium: null },
    { name: 'Correo Soporte', channelType: 'Channel::Email', medium: null },
    { name: 'Chat del sitio', channelType: 'Channel::WebWidget', medium: null },
    { name: 'WhatsApp Twilio', channelType: 'Channel::TwilioSms', medium: 'whatsapp' },
    { name: 'SMS Twilio', channelType: 'Channel::TwilioSms', medium: 'sms' },
    { name: 'Puente WhatsApp', channelType: 'Channel::Api', medium: null },
    { name: 'Formularios', channelType: 'Channel::Api', medium: null },
    { name: 'Instagram', channelType: 'Channel::Instagram', medium: null },
  ];
  return kinds.map((kind, i) => ({
    ...kind,
    id: firstId + 1 + i,
    workingHours: i % 2 === 0,
    hours: HOURS[i % HOURS.length]!,
    timeZone,
    csat: i < 4,
    secrets: secretsOf(random, kind.channelType),
  }));
}

function secretsOf(random: Random, channelType: ChatwootInbox['channelType']): Readonly<Record<string, unknown>> {
  const common = { hmac_token: secret(random, 'hmac'), secret: secret(random, 'inbox') };
  switch (channelType) {
    case 'Channel::Whatsapp':
      return { ...common, provider: 'whatsapp_cloud', provider_config: { api_key: secret(random, 'whatsapp'), phone_number_id: '100' } };
    case 'Channel::TwilioSms':
      return { ...common, auth_token: secret(random, 'twilio'), account_sid: secret(random, 'sid'), api_key_sid: secret(random, 'key') };
    case 'Channel::Email':
      return { ...common, imap_password: secret(random, 'imap'), smtp_password: secret(random, 'smtp') };
    default:
      return common;
  }
}

function secret(random: Random, what: string): string {
  const part = () => random.int(0, 0xffffffff).toString(16).padStart(8, '0');
  return `sandbox-${what}-${part()}${part()}`;
}
