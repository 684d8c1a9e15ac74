import { z } from 'zod';
import { SourceError, type ListedPage, type ListedRange, type Listing, type Look, type ReadContext } from '#contract';
import { askShop, createClient, readShape, type ShopifyClient } from '../client.ts';
import { NODES_EXIST, ORDER_IDS_PAGE, ORDERS_COUNT, VARIANT_IDS_PAGE, VARIANTS_COUNT } from '../queries/listing.ts';
import type { Operation } from '../queries/operation.ts';
import { frame, gid } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { before, walkWindow, type WalkSource } from './updated-walk.ts';

const PAGE = 250;
/** Without read_all_orders only 60 days are shown; a day less, so that an order that grows older while it is listed is none that is gone. */
const SURELY_VISIBLE_DAYS = 59;

const count = z.object({ count: z.int().min(0), precision: z.string() }).nullable();
const looked = z.object({ nodes: z.array(z.object({ id: gid }).nullable()) });
const withGid = z.object({ id: gid });

/** Orders there are, by the day they were made, test and cancelled ones too. */
export const orderListing: Listing<ShopifySettings> = {
  rows: [{ entity: 'order', ids: '^(\\d+)$' }],
  parts: { order: ['order_line', 'refund', 'order_payment'], refund: ['refund_line'] },
  async *list(context, range) {
    const client = createClient(context, 'shopify list of orders');
    const { scopes, serverTime } = await askShop(client);
    const window = { lo: range === null ? null : before(range.from, 0), hi: range === null ? null : lastSecond(range) };
    const query = searchOf(window);
    const counting = () => countOf(client, ORDERS_COUNT, { query }, 'ordersCount');
    const counted = await counting();
    // The walk steps over the depth that Shopify serves, by beginning again at the last second seen.
    const ids = new Set<string>();
    const start = { ...window, after: null, first: PAGE, seen: null, deep: 0, from: null, visibleFrom: null };
    const options = { version: 1, watermark: null, advances: false, start, covered: undefined };
    const walk = walkWindow(collecting(client, ids), options);
    while ((await walk.next()).done !== true) {
      yield { ids: [...ids] };
      ids.clear();
    }
    const hidden = scopes.has('read_all_orders') || serverTime === null ? null : before(serverTime, SURELY_VISIBLE_DAYS * 86_400);
    yield { ids: [], end: { counted: [counted, await counting()], visibleFrom: hidden } };
  },
  look: (context, ids) => lookAt(context, 'Order', ids),
};

/** Variants of all products. */
export const variantListing: Listing<ShopifySettings> = {
  rows: [{ entity: 'product', ids: '^(\\d+)$' }],
  parts: {},
  async *list(context): AsyncGenerator<ListedPage, void, void> {
    const client = createClient(context, 'shopify list of variants');
    const counting = () => countOf(client, VARIANTS_COUNT, {}, 'productVariantsCount');
    const counted = await counting();
    let after: string | null = null;
    for (;;) {
      const { data } = await client.query(VARIANT_IDS_PAGE, { first: PAGE, after });
      const page = readShape(z.object({ productVariants: frame }), data, VARIANT_IDS_PAGE).productVariants;
      yield { ids: page.nodes.map((node) => idOf(node, VARIANT_IDS_PAGE)) };
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor ?? null;
    }
    yield { ids: [], end: { counted: [counted, await counting()], visibleFrom: null } };
  },
  look: (context, ids) => lookAt(context, 'ProductVariant', ids),
};

function collecting(client: ShopifyClient, ids: Set<string>): WalkSource {
  return {
    stamp: 'createdAt',
    filter: 'created_at',
    largestPage: PAGE,
    async fetch(variables) {
      const { data, cost } = await client.query(ORDER_IDS_PAGE, variables);
      return { frame: readShape(z.object({ orders: frame }), data, ORDER_IDS_PAGE).orders, cost };
    },
    map(nodes) {
      for (const node of nodes) ids.add(idOf(node, ORDER_IDS_PAGE));
      return Promise.resolve({ drafts: [], rejects: [] });
    },
    notices: () => [],
  };
}

async function countOf(client: ShopifyClient, operation: Operation, variables: Record<string, unknown>, field: string): Promise<number> {
  const { data } = await client.query(operation, variables);
  const said = readShape(z.object({ [field]: count }), data, operation)[field];
  if (said !== null && said !== undefined && said.precision === 'EXACT') return said.count;
  throw new SourceError({
    kind: 'transient',
    code: 'inexact_count',
    message: `shopify ${operation.name}: Shopify did not count to the end`,
    advice: 'Nothing was changed; it is tried again by itself.',
  });
}

async function lookAt(context: ReadContext<ShopifySettings>, type: string, ids: readonly string[]): Promise<Look[]> {
  const client = createClient(context, `shopify look at ${type}`);
  const { data } = await client.query(NODES_EXIST, { ids: ids.map((id) => `gid://shopify/${type}/${id}`) });
  const there = new Set(readShape(looked, data, NODES_EXIST).nodes.flatMap((node) => node?.id ?? []));
  return ids.map((id) => (there.has(id) ? 'there' : 'gone'));
}

/** A list of ids with one that cannot be read is no list: what it stands for would count as gone. */
function idOf(node: unknown, operation: Operation): string {
  return readShape(withGid, node, operation).id;
}

/** Stamps are whole seconds and both bounds are included. */
function lastSecond({ until }: NonNullable<ListedRange>): string {
  return before(new Date(Math.ceil(Date.parse(until) / 1000) * 1000).toISOString(), 1);
}

function searchOf({ lo, hi }: { readonly lo: string | null; readonly hi: string | null }): string | null {
  return lo === null || hi === null ? null : `created_at:>='${lo}' AND created_at:<='${hi}'`;
}
