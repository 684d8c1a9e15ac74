import type { Instant } from './model.ts';

/** The pieces of one article in one place, as the shop knows them. */
export interface ShopInventoryLevel {
  readonly id: number;
  readonly inventoryItemId: number;
  readonly locationId: number;
  isActive: boolean;
  available: number;
  onHand: number;
  committed: number;
  reserved: number;
  updatedAt: Instant;
}
