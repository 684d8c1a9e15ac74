import { z } from 'zod';
import { readShape, type ShopifyClient } from '../client.ts';
import { LOCATIONS_PAGE } from '../queries/locations-page.ts';
import { frame } from '../raw/primitives.ts';

const answer = z.object({ locations: frame });

/** Every location of the shop as it comes, and the shop's clock when the listing began. */
export async function listLocations(client: ShopifyClient): Promise<{ nodes: unknown[]; serverTime: string | null }> {
  const nodes: unknown[] = [];
  let began: string | null = null;
  let after: string | null = null;
  for (;;) {
    const { data, serverTime } = await client.query(LOCATIONS_PAGE, { first: 250, after });
    const page = readShape(answer, data, LOCATIONS_PAGE).locations;
    began ??= serverTime;
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return { nodes, serverTime: began };
    after = page.pageInfo.endCursor ?? null;
  }
}
