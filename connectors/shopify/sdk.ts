import { AsyncLocalStorage } from 'node:async_hooks';
import { nodeAdapterInitialized } from '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, Session, shopifyApi, type Shopify } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { SourceError, type Http, type HttpAnswer } from '#contract';
import { classifyHttp } from './http-errors.ts';
import type { ShopifySettings } from './settings.ts';

/** One call into the library: where its request goes, and what came back, which the library's own errors forget. */
interface Exchange {
  readonly http: Http;
  readonly settings: ShopifySettings;
  answer: HttpAnswer | null;
  failure: unknown;
}

export interface Exchanged<T> {
  readonly value: T;
  readonly answer: HttpAnswer | null;
}

const current = new AsyncLocalStorage<Exchange>();

// The adapter sets a fetch function of its own as it loads, so it comes first.
if (!nodeAdapterInitialized) throw new Error('shopify: the library has no adapter for Node');

// The library reads its fetch function when a client is made and keeps it for the whole process, so it is set once, here,
// to one that finds the connection of the moment.
setAbstractFetchFunc(dispatch);

async function dispatch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const state = current.getStore();
  if (state === undefined) throw new Error('shopify: the library sent a request outside of an exchange');
  const asked = new URL(input instanceof Request ? input.url : String(input));
  const url = state.settings.api_base_url === undefined ? asked.href : state.settings.api_base_url + asked.pathname + asked.search;
  try {
    const answer = await state.http(url, {
      method: init?.method === 'GET' ? 'GET' : 'POST',
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      classify: classifyHttp,
    });
    state.answer = answer;
    return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } });
  } catch (error) {
    state.failure = error;
    throw error;
  }
}

/**
 * Runs one call of the library over this connection's HTTP. An error of ours (timeout, status, redirect …) comes out as it
 * went in; the library would keep no more than its message.
 * @throws SourceError
 */
export async function exchange<T>(http: Http, settings: ShopifySettings, call: () => Promise<T>): Promise<Exchanged<T>> {
  const state: Exchange = { http, settings, answer: null, failure: null };
  try {
    return { value: await current.run(state, call), answer: state.answer };
  } catch (error) {
    if (state.failure instanceof SourceError) throw state.failure;
    throw error;
  }
}

const silent = { level: LogSeverity.Error, httpRequests: false, timestamps: false, log: () => undefined };

function library(apiKey: string, apiSecretKey: string): Shopify {
  return shopifyApi({
    apiKey,
    apiSecretKey,
    hostName: 'localhost',
    apiVersion: ApiVersion.October26,
    isEmbeddedApp: false,
    logger: silent,
  });
}

/** Serves every shop: the token travels in the session. The keys are only needed for OAuth. */
const shared = library('unused', 'unused');

/** A GraphQL client for one shop, token and version. Its requests must run inside `exchange`. */
export function graphqlClient(settings: ShopifySettings, accessToken: string) {
  const session = new Session({
    id: `offline_${settings.shop_domain}`,
    shop: settings.shop_domain,
    state: '',
    isOnline: false,
    accessToken,
  });
  // The library lists the versions it knows, but takes any: newer ones only miss from its list.
  const apiVersion: unknown = settings.api_version;
  return new shared.clients.Graphql({ session, apiVersion: apiVersion as ApiVersion });
}

/** Asks for a token by the client credentials grant; there is no refresh token, one asks again. Runs inside `exchange`. */
export async function clientCredentials(settings: ShopifySettings, clientId: string, clientSecret: string): Promise<Session> {
  const { session } = await library(clientId, clientSecret).auth.clientCredentials({ shop: settings.shop_domain });
  return session;
}
