import { GraphqlQueryError } from '@shopify/shopify-api';
import { z } from 'zod';
import { SourceError, type Notice, type ReadContext } from '#contract';
import { accessToken, forgetToken } from './access-token.ts';
import { graphqlError, RECOVERABLE } from './graphql-errors.ts';
import { NOTICES } from './notices.ts';
import type { Operation } from './queries/operation.ts';
import { SHOP } from './queries/shop.ts';
import { exchange, graphqlClient } from './sdk.ts';
import type { ShopifySettings } from './settings.ts';
import { readCost, sleep, waitForBucket, type QueryCost } from './throttle.ts';

/** Waits for the cost bucket are ours up to this; beyond it the engine comes back later and gives the worker away meanwhile. */
const LONGEST_WAITS_MS = 60_000;

export interface GraphqlAnswer {
  readonly data: unknown;
  readonly cost: QueryCost | null;
  /** The shop's clock when it answered (UTC, whole seconds); null when a proxy dropped the Date header. */
  readonly serverTime: string | null;
}

/** Sends queries to one shop. Made per run; `notices` collects what the answers gave away on the side. */
export interface ShopifyClient {
  /** @throws SourceError */
  query(operation: Operation, variables: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer>;
  readonly notices: readonly Notice[];
}

/** `place` stands in front of every error: what was being read. */
export function createClient(context: ReadContext<ShopifySettings>, place: string): ShopifyClient {
  const { settings, signal, log } = context;
  const notices = new Map<string, Notice>();

  async function attempt(operation: Operation, variables: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer> {
    signal.throwIfAborted();
    const token = await accessToken(context);
    const { value, answer } = await exchange(context.http, settings, async () => {
      try {
        // Retries belong to outbound: the library sleeps milliseconds where Retry-After says seconds.
        return await graphqlClient(settings, token).request(operation.text, { variables: { ...variables }, retries: 0 });
      } catch (error) {
        if (error instanceof GraphqlQueryError) return { refused: error };
        throw error;
      }
    });
    noteVersion(answer?.headers['x-shopify-api-version']);
    if ('refused' in value) throw refusal(value.refused);
    return { data: value.data, cost: readCost(value.extensions), serverTime: serverTimeOf(answer?.headers['date']) };
  }

  function noteVersion(ran: string | undefined): void {
    if (ran === undefined || ran === settings.api_version) return;
    notices.set('api_version', NOTICES.apiVersion(settings.api_version, ran));
  }

  async function query(operation: Operation, variables: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer> {
    let waited = 0;
    let renewed = false;
    for (;;) {
      try {
        return await attempt(operation, variables);
      } catch (error) {
        const failure = error instanceof SourceError ? error : unexpected(error, signal);
        if (failure.code === 'unauthorized' && !renewed && forgetToken(settings)) {
          renewed = true;
          continue;
        }
        const pause = failure.retryAfterMs;
        if (failure.code !== RECOVERABLE.throttled || pause === undefined || waited + pause > LONGEST_WAITS_MS) throw failure.within(place);
        waited += pause;
        log.debug({ operation: operation.name, pause }, 'shopify: waiting for the cost bucket');
        await sleep(pause, signal);
      }
    }
  }

  return {
    query,
    get notices() {
      return [...notices.values()];
    },
  };
}

/** Also partial data counts as refused: the library throws data away that comes with errors. */
function refusal(error: GraphqlQueryError): SourceError {
  const parsed = z.object({ errors: z.object({ graphQLErrors: z.unknown() }), extensions: z.unknown().optional() }).safeParse(error.body);
  const failure = graphqlError(parsed.data?.errors.graphQLErrors);
  if (failure.code !== RECOVERABLE.throttled) return failure;
  const cost = readCost(parsed.data?.extensions);
  const neverFits = cost !== null && cost.requested > cost.maximum;
  return new SourceError({
    kind: 'transient',
    code: neverFits ? RECOVERABLE.tooCostly : failure.code,
    message: failure.message,
    advice: failure.advice,
    retryAfterMs: waitForBucket(cost),
  });
}

function unexpected(error: unknown, signal: AbortSignal): SourceError {
  signal.throwIfAborted();
  // The library's own errors may quote a whole answer, so only their class is told.
  return new SourceError({
    kind: 'transient',
    code: 'unexpected_answer',
    message: `the answer was not what the Admin API gives (${error instanceof Error ? error.constructor.name : typeof error})`,
    advice: 'Nothing to do: it is tried again. If it goes on, see what answers at the address of the shop.',
  });
}

function serverTimeOf(header: string | undefined): string | null {
  const at = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(at) ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

const shopSchema = z.object({
  shop: z.object({
    name: z.string(),
    myshopifyDomain: z.string().toLowerCase(),
    currencyCode: z.string(),
    ianaTimezone: z.string(),
    taxesIncluded: z.boolean(),
  }),
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
});

export interface ShopFacts {
  readonly shop: z.output<typeof shopSchema>['shop'];
  readonly scopes: ReadonlySet<string>;
  readonly serverTime: string | null;
}

/**
 * Who the shop is, what the app may do, and what time it is there.
 * @throws SourceError
 */
export async function askShop(client: ShopifyClient): Promise<ShopFacts> {
  const { data, serverTime } = await client.query(SHOP, {});
  const { shop, currentAppInstallation } = readShape(shopSchema, data, SHOP);
  return { shop, scopes: new Set(currentAppInstallation.accessScopes.map((scope) => scope.handle)), serverTime };
}

/**
 * The parsed frame of an answer. Records inside stay `unknown`: one bad record must not cost its page.
 * @throws SourceError of kind `bug`: the schema in use does not say that.
 */
export function readShape<T>(schema: z.ZodType<T>, data: unknown, operation: Operation): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new SourceError({
    kind: 'bug',
    code: 'unexpected_shape',
    message: `shopify ${operation.name}: ${first?.path.join('.') ?? ''} ${first?.message ?? 'does not parse'}`,
    advice: 'Set api_version to the version in the README of this connector, or report this with the message.',
  });
}
