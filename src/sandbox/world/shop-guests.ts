import { timeOf } from './instants.ts';
import type { Shop } from './shop-model.ts';
import type { ShopCheckout } from './shop-checkout.ts';

const KEPT_MS = 90 * 86_400_000;

/** Carts that the shop still lists: it drops them after about three months. */
export function listedCheckouts(shop: Shop, anchor: string): readonly ShopCheckout[] {
  const from = timeOf(anchor) - KEPT_MS;
  return shop.checkouts.filter(({ createdAt }) => timeOf(createdAt) >= from);
}

/** Records that stand for people of whom only one document speaks. */
export function* guestIds(shop: Shop, anchor: string): Generator<string> {
  for (const { id, guest } of shop.orders) if (guest !== null && (guest.email !== null || guest.phone !== null)) yield `guest:${id}`;
  for (const cart of listedCheckouts(shop, anchor)) {
    if (cart.customerId === null && cart.phone !== null) yield `guest:checkout:${cart.id}`;
  }
}
