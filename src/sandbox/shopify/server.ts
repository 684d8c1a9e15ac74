import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import type { Shop } from '../world/shop-model.ts';
import { STANDARD_LIMITS, type CostLimits } from './cost-bucket.ts';
import { graphqlEndpoint, type GraphqlBody } from './graphql-endpoint.ts';

/** Versions that answer by their own name; others fall forward to the oldest, without an error. */
const VERSIONS = ['2026-01', '2026-04', '2026-07', '2026-10', 'unstable'] as const;
/** Tokens of the client credentials grant live a day. */
const TOKEN_SECONDS = 86_399;

export interface ShopifyServerOptions extends ServerOptions {
  readonly shops: readonly Shop[];
  /** Default: Shopify's own for the standard plan. */
  readonly limits?: CostLimits;
  /** The orders do not change while they are served: a history of a million is put in order once and not for every page. */
  readonly still?: boolean;
}

/**
 * Serves the Admin API of several shops from the model as it is at each request. There is no host to tell shops apart on
 * loopback: the access token does. For the client credentials grant a shop's client id is its domain, its secret its token.
 */
export function startShopify(options: ShopifyServerOptions): Promise<SandboxServer> {
  const { shops, clock, limits = STANDARD_LIMITS, still = false } = options;
  const endpoints = new Map(shops.map((shop) => [shop.accessToken, graphqlEndpoint(shop, clock, limits, still)]));
  let served = 0;
  return startServer(options, (request) => {
    served += 1;
    const headers = { 'x-request-id': `sandbox-${String(served).padStart(8, '0')}` };
    const { pathname } = request.url;
    if (pathname === '/admin/oauth/access_token' && request.method === 'POST') return { ...grantToken(request, shops), headers };
    const asked = /^\/admin\/api\/([\w-]+)\/graphql\.json$/.exec(pathname)?.[1];
    if (asked === undefined || request.method !== 'POST') return { status: 404, headers, body: { errors: 'Not Found' } };
    return { headers: { ...headers, 'x-shopify-api-version': runningVersion(asked) }, ...query(request, endpoints) };
  });
}

function runningVersion(asked: string): string {
  return VERSIONS.find((version) => version === asked) ?? VERSIONS[0];
}

function query(request: SandboxRequest, endpoints: ReadonlyMap<string, (body: string) => GraphqlBody>): SandboxAnswer {
  const token = request.headers['x-shopify-access-token'];
  const endpoint = typeof token === 'string' ? endpoints.get(token) : undefined;
  if (endpoint === undefined) {
    return { status: 401, body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' } };
  }
  return { status: 200, body: endpoint(request.body) };
}

/** The real one answers a refusal with a page of HTML. */
function grantToken(request: SandboxRequest, shops: readonly Shop[]): SandboxAnswer {
  const asked = JSON.parse(request.body) as Record<string, unknown>;
  const shop = shops.find(({ domain, accessToken }) => asked['client_id'] === domain && asked['client_secret'] === accessToken);
  if (shop === undefined || asked['grant_type'] !== 'client_credentials') {
    return { status: 400, body: '<html><body><h1>Oauth error app_not_installed</h1></body></html>' };
  }
  return { status: 200, body: { access_token: shop.accessToken, scope: shop.scopes.join(','), expires_in: TOKEN_SECONDS } };
}
