import { z } from 'zod';
import { decimal, gid, instant, text } from './primitives.ts';

export const rawVariant = z.object({
  id: gid,
  sku: text.nullable(),
  barcode: text.nullable(),
  title: text,
  price: decimal,
  createdAt: instant,
  updatedAt: instant,
  inventoryItem: z.object({ tracked: z.boolean(), requiresShipping: z.boolean() }),
});

/** A product; its variants are parsed one by one, so that one bad variant does not cost the others. */
export const rawProduct = z.object({
  id: gid,
  title: text,
  status: text,
  isGiftCard: z.boolean(),
  updatedAt: instant,
  variants: z.object({ nodes: z.array(z.unknown()) }),
});

export type RawVariant = z.output<typeof rawVariant>;
export type RawProduct = z.output<typeof rawProduct>;
