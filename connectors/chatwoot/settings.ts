import { z } from 'zod';

const id = z.coerce.number().int().positive();

/** A list of ids, or text with commas where the secret store keeps only text. */
const ids = z
  .union([z.array(z.unknown()), z.string()])
  .transform((list): unknown[] => (typeof list === 'string' ? list.split(',').filter((part) => part.trim() !== '') : list))
  .pipe(z.array(id));

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'is not an http or https address', abort: true })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must not hold a user or a password')
  // People paste what their browser shows: everything from /app or /api on is not part of the installation's address.
  .transform((url) => {
    const { origin, pathname } = new URL(url);
    return origin + pathname.replace(/\/(app|api)(\/.*)?$/, '').replace(/\/+$/, '');
  });

export const chatwootSettings = z.object({
  base_url: baseUrl.meta({ description: 'Address of the Chatwoot installation, e.g. https://chat.example.com' }),
  account_id: id.meta({ description: 'Number of the account: the 7 in /app/accounts/7/dashboard' }),
  api_access_token: z
    .string()
    .trim()
    .min(1)
    .meta({ description: "Access token of an ADMINISTRATOR of the account (profile settings); an agent's token reads less", secret: true }),
  bot_user_ids: ids.default([]).meta({
    description: 'Ids of users that are really bots, e.g. an automation that posts with a user token: their messages are no human replies',
  }),
  whatsapp_inbox_ids: ids
    .default([])
    .meta({ description: 'Ids of inboxes that are WhatsApp although Chatwoot shows them otherwise (bridges appear as Channel::Api)' }),
});

export type ChatwootSettings = z.output<typeof chatwootSettings>;
