import { execute, parse, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import type { Shop } from '../world/shop-model.ts';
import { adminRoot } from './admin-root.ts';
import { CostBucket, type CostLimits } from './cost-bucket.ts';
import { queryCost } from './query-cost.ts';
import { shopifySchema } from './schema.ts';

/** What a single query may cost. */
const MOST = 1000;

const parsed = new Map<string, DocumentNode | { readonly errors: readonly unknown[] }>();

/** Parses and validates once per query text: a client sends the same few again and again. */
function documentOf(text: string): DocumentNode | { readonly errors: readonly unknown[] } {
  let document = parsed.get(text);
  if (document === undefined) {
    try {
      const candidate = parse(text, { noLocation: true });
      const errors = validate(shopifySchema, candidate);
      document = errors.length === 0 ? candidate : { errors: errors.map(({ message }) => ({ message })) };
    } catch (error) {
      document = { errors: [{ message: error instanceof Error ? error.message : String(error) }] };
    }
    parsed.set(text, document);
  }
  return document;
}

/** The body of a GraphQL answer. Always sent with status 200, errors included. */
export type GraphqlBody = Readonly<Record<string, unknown>>;

/** One shop's GraphQL endpoint: its cost bucket and its data, which do not change when it is `still`. */
export function graphqlEndpoint(shop: Shop, clock: () => Date, limits: CostLimits, still = false): (body: string) => GraphqlBody {
  const root = adminRoot(shop, clock, still);
  const bucket = new CostBucket(limits);
  return (body) => {
    const request = readRequest(body);
    if (request === null) return { errors: [{ message: 'The request body is not a GraphQL request in JSON.' }] };
    const document = documentOf(request.query);
    if ('errors' in document) return { errors: document.errors };
    const requested = queryCost(shopifySchema, document, request.variables);
    if (requested > MOST) return { errors: [tooCostly(requested)] };
    const cost = (actual: number | null) => ({
      cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() },
    });
    if (!bucket.fits(requested)) return { errors: [throttled], extensions: cost(null) };
    const result = execute({ schema: shopifySchema, document, rootValue: root, variableValues: request.variables }) as ExecutionResult;
    const actual = Math.min(requested, queryCost(shopifySchema, document, request.variables, sizesOf(result.data)));
    bucket.take(actual);
    const errors = result.errors === undefined ? {} : { errors: result.errors };
    // A request that did not run at all (a variable of the wrong type) has no data, not even null.
    return { ...errors, ...(result.data === undefined ? {} : { data: result.data }), extensions: cost(actual) };
  };
}

function readRequest(body: string): { readonly query: string; readonly variables: Record<string, unknown> } | null {
  try {
    const { query, variables } = JSON.parse(body) as { query?: unknown; variables?: unknown };
    if (typeof query !== 'string') return null;
    return { query, variables: typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {} };
  } catch {
    return null;
  }
}

/** How many nodes came, by root field: what was not there was not paid for. */
function sizesOf(data: ExecutionResult['data']): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, value] of Object.entries(data ?? {})) {
    const nodes: unknown = typeof value === 'object' && value !== null && 'nodes' in value ? value.nodes : null;
    if (Array.isArray(nodes)) sizes[name] = nodes.length;
  }
  return sizes;
}

const throttled = {
  message: 'Throttled',
  extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
};

function tooCostly(cost: number) {
  return {
    message: `Query cost is ${cost}, which exceeds the single query max cost limit (${MOST}).`,
    extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost: MOST, documentation: 'https://shopify.dev/api/usage/rate-limits' },
  };
}
