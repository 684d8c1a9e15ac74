import type { z } from 'zod';
import type { DraftFor } from '#contract';
import type { rawLocation } from '../raw/stock.ts';

/** A place of the shop. All of them count stock; whether one still sells is `active`. */
export function locationDraft(location: z.output<typeof rawLocation>): DraftFor<'location'> {
  return {
    entity: 'location',
    sourceId: location.id,
    sourceCreatedAt: location.createdAt,
    sourceUpdatedAt: location.updatedAt,
    fields: {
      name: location.name,
      usage: location.isFulfillmentService ? 'fulfillment_service' : 'internal',
      active: location.isActive,
      counts_stock: true,
      company: null,
    },
  };
}
