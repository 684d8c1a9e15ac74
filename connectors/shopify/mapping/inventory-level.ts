import type { DraftFor } from '#contract';
import type { RawInventoryLevel } from '../raw/stock.ts';

/**
 * Stock of one article at one place. What is not available of what is there counts as reserved (Shopify: committed,
 * reserved, damaged, safety stock …), so that on hand − reserved = available as in Odoo. Oversold stays negative.
 * Null when a quantity is missing or no variant owns the item.
 */
export function inventoryLevelDraft(level: RawInventoryLevel): DraftFor<'inventory_level'> | null {
  const variant = level.item.variants?.nodes[0]?.id;
  const available = quantity(level, 'available');
  const onHand = quantity(level, 'on_hand');
  if (variant === undefined || available === null || onHand === null) return null;
  return {
    entity: 'inventory_level',
    sourceId: `${level.item.id}@${level.location.id}`,
    sourceCreatedAt: null,
    sourceUpdatedAt: level.updatedAt,
    fields: {
      product_id: variant,
      location_id: level.location.id,
      quantity_on_hand: String(onHand),
      quantity_reserved: String(onHand - available),
      quantity_available: String(available),
      foreign_owner: false,
    },
  };
}

function quantity(level: RawInventoryLevel, name: string): number | null {
  return level.quantities.find((entry) => entry.name === name)?.quantity ?? null;
}
