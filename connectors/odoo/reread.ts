import type { Entity, RefusedRecord } from '#contract';
import { z } from 'zod';

const lineOf = z.object({ order_id: z.union([z.int().positive(), z.tuple([z.int().positive(), z.string()])]) });

/**
 * The record of a model that a refused one is, or is a line of. Ids of documents are Odoo's own, with the model before them where one table
 * takes documents of several (`pos:12`).
 */
export function recordOf(main: Entity, { entity, sourceId, payload }: RefusedRecord): string | null {
  if (entity === main) return /^(?:[a-z_]+:)?(\d+)$/.exec(sourceId ?? '')?.[1] ?? null;
  const line = lineOf.safeParse(payload);
  if (!line.success) return null;
  const { order_id: order } = line.data;
  return String(typeof order === 'number' ? order : order[0]);
}
