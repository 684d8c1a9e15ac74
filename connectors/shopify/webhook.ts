import type { PrivacyRequest, WebhookMessage, WebhookReading } from '#contract';
import { z } from 'zod';
import type { ShopifySettings } from './settings.ts';

const number = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(String);
const customer = z
  .object({ id: number.nullish(), email: z.string().nullish(), phone: z.string().nullish() })
  .nullish()
  .transform((one) => ({ id: one?.id ?? null, email: one?.email ?? null, phone: one?.phone ?? null }));
const shop = { shop_domain: z.string() };
const orders = z.array(number).nullish();

// The header that names the topic is not signed: each body is recognised by what only it has, so that one is never taken for another.
const DATA_REQUEST = z.object({ ...shop, customer, orders_requested: orders, data_request: z.object({ id: number }) });
const REDACT = z.object({ ...shop, customer, orders_to_redact: z.array(number).nullable() });
const SHOP_REDACT = z.strictObject({ shop_id: number, ...shop });
const MESSAGE_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

type Read = Omit<PrivacyRequest, 'id'> & { readonly shop: string };

/** How each is read; null: it is not what the topic says. */
const TOPICS: Readonly<Record<string, (body: unknown) => Read | null>> = {
  'customers/data_request': (body) => {
    const read = DATA_REQUEST.safeParse(body).data;
    return read === undefined
      ? null
      : {
          topic: 'data_request',
          shop: read.shop_domain,
          reference: read.data_request.id,
          person: personOf(read.customer, read.orders_requested ?? []),
        };
  },
  'customers/redact': (body) => {
    const read = REDACT.safeParse(body).data;
    return read === undefined
      ? null
      : { topic: 'redact', shop: read.shop_domain, reference: null, person: personOf(read.customer, read.orders_to_redact ?? []) };
  },
  'shop/redact': (body) => {
    const read = SHOP_REDACT.safeParse(body).data;
    return read === undefined ? null : { topic: 'account_redact', shop: read.shop_domain, reference: null, person: null };
  },
};

/**
 * Checks a message's signature (HMAC-SHA256 in base64 over the bytes as they came) with the app's key, then whether it is about this shop,
 * then what it says. Of the many topics only those on personal data mean anything here: everything else is read by asking.
 */
export async function readWebhook(settings: ShopifySettings, { headers, body }: WebhookMessage): Promise<WebhookReading> {
  const secret = settings.webhook_secret ?? settings.client_secret;
  const one = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  if (secret === undefined || !(await isSigned(secret, one('x-shopify-hmac-sha256'), body))) return { kind: 'unsigned' };
  const topic = one('x-shopify-topic');
  const read = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (read === undefined) return { kind: 'other' };
  const said = read(jsonOf(body));
  const id = one('x-shopify-event-id') || one('x-shopify-webhook-id');
  if (said === null || !MESSAGE_ID.test(id) || said.shop.toLowerCase() !== settings.shop_domain) return { kind: 'unreadable' };
  const { shop: _, ...request } = said;
  return { kind: 'privacy', request: { id, ...request } };
}

async function isSigned(secret: string, signature: string, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(signature)) return false;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify']);
  // Compares in constant time.
  return crypto.subtle.verify(
    algorithm,
    key,
    Uint8Array.from(atob(signature), (char) => char.charCodeAt(0)),
    body,
  );
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
}

/** Who has checked out as a guest is a record of its own for each order. */
function personOf(who: z.output<typeof customer>, orderIds: readonly string[]): PrivacyRequest['person'] {
  const sourceIds = [...(who.id === null ? [] : [who.id]), ...orderIds.map((id) => `guest:${id}`)];
  return { sourceIds, email: who.email, phone: who.phone };
}
