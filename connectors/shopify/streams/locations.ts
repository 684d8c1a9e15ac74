import { z } from 'zod';
import { defineStream, type Page } from '#contract';
import { createClient, type ShopifyClient } from '../client.ts';
import { mapLocations } from '../mapping.ts';
import { listLocations } from './location-list.ts';
import type { ShopifySettings } from '../settings.ts';
import { stampOf } from './updated-walk.ts';

/** A shop has at most a few hundred places, so each run reads all of them and no place within is kept. */
export const locations = defineStream<ShopifySettings, string, null>({
  name: 'locations',
  description: 'Places that hold stock, deactivated ones too',
  entities: ['location'],
  cursorVersion: 1,
  overlapSeconds: 0,
  backfill: 'none',
  deletions: 'none',
  intervalSeconds: 3600,
  watermark: z.string(),
  walk: z.null(),
  async *read(context, request) {
    const client = createClient(context, 'shopify locations');
    yield await readAll(client, request.watermark);
  },
});

async function readAll(client: ShopifyClient, before: string | null): Promise<Page> {
  const { nodes, serverTime } = await listLocations(client);
  const stamps = nodes.map((node) => stampOf(node, 'updatedAt')).filter((stamp) => stamp !== null);
  const watermark = [...stamps, ...(before === null ? [] : [before])].toSorted().at(-1) ?? null;
  return {
    ...mapLocations(nodes),
    cursor: { v: 1, watermark, walk: null },
    end: true,
    ...(serverTime === null ? {} : { covered: { from: null, until: serverTime } }),
    ...(client.notices.length === 0 ? {} : { notices: client.notices }),
  };
}
