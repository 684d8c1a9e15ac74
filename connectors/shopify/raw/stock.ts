import { z } from 'zod';
import { gid, instant, text } from './primitives.ts';

export const rawLocation = z.object({
  id: gid,
  name: text,
  isActive: z.boolean(),
  isFulfillmentService: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
});

export const rawInventoryLevel = z.object({
  /** False: the article is no longer stocked there; Shopify does not count such a level. */
  isActive: z.boolean(),
  updatedAt: instant,
  location: z.object({ id: gid }),
  item: z.object({
    id: gid,
    locationsCount: z.object({ count: z.number().int() }).nullable(),
    variants: z.object({ nodes: z.array(z.object({ id: gid })) }).nullable(),
  }),
  quantities: z.array(z.object({ name: z.string(), quantity: z.number().int() })),
});

export type RawInventoryLevel = z.output<typeof rawInventoryLevel>;
