import type { ShopCheckout } from '../world/shop-checkout.ts';
import { contactView, customerView, type ShopIndex } from './order-view.ts';
import { gid, moneyBag, stamp } from './wire-values.ts';

/** A cart as `AbandonedCheckout` of the schema. Its link opens the cart for whoever holds it: it is there to be left alone. */
export function checkoutView(checkout: ShopCheckout, index: ShopIndex) {
  const { shop } = index;
  return {
    id: gid('AbandonedCheckout', checkout.id),
    name: `#${checkout.id}`,
    createdAt: stamp(checkout.createdAt),
    updatedAt: stamp(checkout.updatedAt),
    completedAt: checkout.completedAt === null ? null : stamp(checkout.completedAt),
    abandonedCheckoutUrl: `https://${shop.domain}/checkouts/ac/${checkout.id}/recover?key=secret`,
    customer: () => customerView(checkout, index),
    shippingAddress: () => ({ city: null, province: null, phone: () => contactView(checkout.phone, 'phone', index) }),
    totalPriceSet: moneyBag(checkout.total, shop.currency),
  };
}
