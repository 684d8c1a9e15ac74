import { z } from 'zod';
import { defineStream } from '#contract';
import { askShop, createClient, readShape, type ShopifyClient } from '../client.ts';
import { mapProducts } from '../mapping.ts';
import { PRODUCT_VARIANTS_PAGE } from '../queries/product-variants-page.ts';
import { PRODUCTS_PAGE } from '../queries/products-page.ts';
import { frame } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { variantListing } from './listing.ts';
import { before, walkSchema, walkWindow, watermarkSchema, type Walk, type Watermark } from './updated-walk.ts';

const OVERLAP_SECONDS = 600;

const answer = z.object({ products: frame });
const variantsAnswer = z.object({ product: z.object({ variants: frame }).nullable() });
const shape = z.looseObject({ id: z.string(), variants: frame });

/** The catalogue, one product per variant, in the order products changed. */
export const products = defineStream<ShopifySettings, Watermark, Walk>({
  name: 'products',
  description: 'Variants of all products',
  entities: ['product'],
  cursorVersion: 1,
  overlapSeconds: OVERLAP_SECONDS,
  backfill: 'none',
  deletions: 'sweep',
  intervalSeconds: 900,
  listing: variantListing,
  watermark: watermarkSchema,
  walk: walkSchema,
  async *read(context, request) {
    const client = createClient(context, 'shopify products');
    const start = request.walk ?? (await openWalk(client, request.watermark));
    const covered = start.hi === null ? undefined : { from: start.from, until: start.hi };
    const source = {
      stamp: 'updatedAt',
      filter: 'updated_at',
      largestPage: 100,
      async fetch(variables: Readonly<Record<string, unknown>>) {
        const { data, cost } = await client.query(PRODUCTS_PAGE, variables);
        return { frame: readShape(answer, data, PRODUCTS_PAGE).products, cost };
      },
      async map(nodes: readonly unknown[]) {
        const whole: unknown[] = [];
        for (const node of nodes) whole.push(await withAllVariants(client, node));
        return mapProducts(whole);
      },
      notices: () => client.notices,
    } as const;
    yield* walkWindow(source, { version: 1, watermark: request.watermark, advances: request.kind === 'incremental', start, covered });
  },
});

/** The catalogue is a state: whatever date is asked for, the first walk reads all of it. */
async function openWalk(client: ShopifyClient, watermark: Watermark | null): Promise<Walk> {
  const { serverTime } = await askShop(client);
  const lo = watermark === null ? null : before(watermark, OVERLAP_SECONDS);
  return { lo, hi: serverTime, after: null, first: 25, seen: null, deep: 0, from: lo, visibleFrom: null };
}

async function withAllVariants(client: ShopifyClient, node: unknown): Promise<unknown> {
  const product = shape.safeParse(node);
  if (!product.success) return node;
  let { nodes, pageInfo } = product.data.variants;
  while (pageInfo.hasNextPage) {
    const { data } = await client.query(PRODUCT_VARIANTS_PAGE, { id: product.data.id, after: pageInfo.endCursor ?? null });
    const more = readShape(variantsAnswer, data, PRODUCT_VARIANTS_PAGE).product;
    if (more === null) break;
    nodes = [...nodes, ...more.variants.nodes];
    pageInfo = more.variants.pageInfo;
  }
  return { ...product.data, variants: { nodes } };
}
