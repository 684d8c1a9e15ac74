import { z } from 'zod';
import { defineStream } from '#contract';
import { createClient, readShape, type ShopifyClient } from '../client.ts';
import { mapInventoryLevels } from '../mapping.ts';
import { INVENTORY_LEVELS_PAGE } from '../queries/inventory-levels-page.ts';
import { frame } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { listLocations } from './location-list.ts';

const answer = z.object({ location: z.object({ inventoryLevels: frame }).nullable() });
const identified = z.object({ id: z.string() });

/**
 * Stock now: all rows of all places in one page, which replaces what was known. Levels that are switched off (the article is
 * no longer stocked there) are among them, with whatever quantity Shopify still states.
 */
export const inventoryLevels = defineStream<ShopifySettings, string, null>({
  name: 'inventory_levels',
  description: 'Stock of every variant at every place',
  entities: ['inventory_level'],
  cursorVersion: 1,
  overlapSeconds: 0,
  backfill: 'none',
  deletions: 'snapshot',
  intervalSeconds: 3600,
  watermark: z.string(),
  walk: z.null(),
  async *read(context, request) {
    const client = createClient(context, 'shopify inventory levels');
    const first = await enumerate(client);
    // The listing takes many requests; when an article was added meanwhile, the second look agrees.
    const all = agrees(first) ? first : await enumerate(client);
    const { counted, ...mapped } = all.mapped;
    const watermark = all.serverTime ?? request.watermark;
    yield {
      ...mapped,
      cursor: { v: 1, watermark, walk: null },
      end: true,
      snapshot: { entities: ['inventory_level'], counted },
      ...(all.serverTime === null ? {} : { covered: { from: null, until: all.serverTime } }),
      ...(client.notices.length === 0 ? {} : { notices: client.notices }),
    };
  },
});

async function enumerate(client: ShopifyClient) {
  const { nodes: places, serverTime } = await listLocations(client);
  const levels: unknown[] = [];
  for (const place of places) {
    const { id } = readShape(identified, place, INVENTORY_LEVELS_PAGE);
    let after: string | null = null;
    for (;;) {
      const { data } = await client.query(INVENTORY_LEVELS_PAGE, { location: id, first: 250, after });
      const page = readShape(answer, data, INVENTORY_LEVELS_PAGE).location?.inventoryLevels;
      levels.push(...(page?.nodes ?? []));
      if (page === undefined || !page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor ?? null;
    }
  }
  return { mapped: mapInventoryLevels(levels), serverTime };
}

function agrees({ mapped }: Awaited<ReturnType<typeof enumerate>>): boolean {
  return mapped.counted === mapped.drafts.length + mapped.rejects.length;
}
