import type { Calendar } from './calendar.ts';
import type { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { ShopLocation, ShopProduct } from './shop-model.ts';
import type { ShopInventoryLevel } from './shop-inventory-level.ts';
import type { Random } from './random.ts';

/** Two places that sell and one that was closed. */
export function shopLocations(calendar: Calendar, ids: IdSequence, random: Random): ShopLocation[] {
  const created = instantOf(calendar.anchor - 600 * 86_400_000);
  return ['Bodega central', 'Tienda', 'Bodega antigua'].map((name, index) => ({
    id: ids.next(),
    name,
    isActive: index < 2,
    createdAt: created,
    updatedAt: instantOf(calendar.latest - random.int(1, 6) * 86_400_000),
  }));
}

/**
 * Stock of every variant at the active places. On hand is always available + committed + reserved; some are oversold (negative),
 * some are switched off and hold nothing.
 */
export function shopInventory(
  products: readonly ShopProduct[],
  locations: readonly ShopLocation[],
  calendar: Calendar,
  ids: IdSequence,
  random: Random,
): ShopInventoryLevel[] {
  const levels: ShopInventoryLevel[] = [];
  for (const { variants, isGiftCard } of products) {
    if (isGiftCard) continue;
    for (const variant of variants) {
      for (const location of locations) {
        if (!location.isActive) continue;
        const isActive = !random.chance(0.02);
        const { available, committed, reserved } = piecesOf(variant.tracked && isActive, random);
        levels.push({
          id: ids.next(),
          inventoryItemId: variant.inventoryItemId,
          locationId: location.id,
          isActive,
          available,
          onHand: available + committed + reserved,
          committed,
          reserved,
          updatedAt: instantOf(calendar.latest - random.int(0, 20 * 86_400) * 1000),
        });
      }
    }
  }
  return levels;
}

/** Untracked articles have no numbers, and one that is no longer kept at a place has none there. */
function piecesOf(kept: boolean, random: Random): { readonly available: number; readonly committed: number; readonly reserved: number } {
  if (!kept) return { available: 0, committed: 0, reserved: 0 };
  const kind = random.next();
  const available = kind < 0.04 ? -random.int(1, 6) : kind < 0.16 ? random.int(0, 4) : random.int(5, 180);
  return { available, committed: random.int(0, 5), reserved: random.chance(0.05) ? random.int(1, 3) : 0 };
}
