import type { ReadContext } from '#contract';
import { SourceError } from '#contract';
import { clientCredentials, exchange } from './sdk.ts';
import type { ShopifySettings } from './settings.ts';

/** A token is renewed this long before it ends, so that none expires between two requests of a page. */
const RENEW_BEFORE_MS = 10 * 60_000;
const WITHOUT_EXPIRY_MS = 60 * 60_000;

interface Held {
  readonly token: string;
  readonly until: number;
}

/** Tokens of the client credentials grant live about 24 hours; asking for one on every run would be counted against the app. */
const held = new Map<string, Held>();
const keyOf = (settings: ShopifySettings) => `${settings.api_base_url ?? ''} ${settings.shop_domain} ${settings.client_id ?? ''}`;

/**
 * The token to send: the static one, or one fetched with the app's credentials and kept until shortly before it ends.
 * @throws SourceError when Shopify gives none.
 */
export async function accessToken(context: ReadContext<ShopifySettings>): Promise<string> {
  const { settings } = context;
  if (settings.access_token !== undefined) return settings.access_token;
  const { client_id: clientId, client_secret: clientSecret } = settings;
  if (clientId === undefined || clientSecret === undefined) throw noToken('the settings hold neither a token nor client credentials');
  const key = keyOf(settings);
  const now = context.now().getTime();
  const known = held.get(key);
  if (known !== undefined && known.until - RENEW_BEFORE_MS > now) return known.token;
  const session = await fetchSession(context, clientId, clientSecret);
  if (session.accessToken === undefined || session.accessToken === '') throw noToken('Shopify answered without a token');
  held.set(key, { token: session.accessToken, until: session.expires?.getTime() ?? now + WITHOUT_EXPIRY_MS });
  return session.accessToken;
}

async function fetchSession(context: ReadContext<ShopifySettings>, clientId: string, clientSecret: string) {
  try {
    const { value } = await exchange(context.http, context.settings, () => clientCredentials(context.settings, clientId, clientSecret));
    return value;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    // The library parses the answer without looking at it first; its error quotes nothing but may hold a body.
    throw noToken('Shopify answered the client credentials with something else than a token');
  }
}

/** Forgets a token the shop no longer takes. True when another one can be asked for. */
export function forgetToken(settings: ShopifySettings): boolean {
  return settings.access_token === undefined && held.delete(keyOf(settings));
}

function noToken(message: string): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'no_token',
    message,
    advice: 'Check client_id and client_secret, and that the app is installed in this shop, then run kpi check.',
  });
}
