import { z } from 'zod';
import type { RecordPlace } from '#contract';

const stored = z.object({ shop_domain: z.string().regex(/^[a-z0-9-]+\.myshopify\.com$/) });

/** A record in the shop's admin. Refunds, lines and payments are seen in their order; variants have no address without their product's. */
export function recordUrl(settings: Readonly<Record<string, unknown>>, { entity, sourceId, refs }: RecordPlace): string | null {
  const known = stored.safeParse(settings);
  if (!known.success) return null;
  const page =
    entity === 'order'
      ? ['orders', sourceId]
      : entity === 'customer'
        ? ['customers', sourceId]
        : entity === 'location'
          ? ['settings/locations', sourceId]
          : ['orders', refs['order_id'] ?? ''];
  const [path, id = ''] = page;
  return /^\d+$/.test(id) ? `https://admin.shopify.com/store/${known.data.shop_domain.split('.')[0]}/${path}/${id}` : null;
}
