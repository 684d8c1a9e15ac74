import type { Shop, ShopLocation, ShopProduct, ShopVariant } from '../world/shop-model.ts';
import type { ShopInventoryLevel } from '../world/shop-inventory-level.ts';
import { accessDenied } from './admin-error.ts';
import { childConnection, type PageArgs } from './connection.ts';
import { amountText, gid, stamp } from './wire-values.ts';

/** A product as `Product` of the schema. What is not tracked here is not shipped either. */
export function productView(product: ShopProduct, shop: Shop) {
  return {
    id: gid('Product', product.id),
    title: product.title,
    handle: product.handle,
    vendor: product.vendor,
    productType: product.productType,
    status: product.status,
    isGiftCard: product.isGiftCard,
    createdAt: stamp(product.createdAt),
    updatedAt: stamp(product.updatedAt),
    variants: (args: PageArgs) => childConnection(product.variants, args, (variant) => variantView(variant, shop)),
  };
}

/** A variant as `ProductVariant` of the schema. */
export function variantView(variant: ShopVariant, shop: Shop) {
  return {
    id: gid('ProductVariant', variant.id),
    sku: variant.sku,
    barcode: variant.barcode,
    title: variant.title,
    price: amountText(variant.price, shop.currency),
    createdAt: stamp(variant.createdAt),
    updatedAt: stamp(variant.updatedAt),
    inventoryItem: () => itemView(variant, shop),
  };
}

function itemView(variant: ShopVariant, shop: Shop) {
  return {
    id: gid('InventoryItem', variant.inventoryItemId),
    sku: variant.sku,
    tracked: variant.tracked,
    requiresShipping: variant.tracked,
    locationsCount: () => ({ count: activeLevels(shop).get(variant.inventoryItemId) ?? 0, precision: 'EXACT' }),
    variants: (args: PageArgs) => childConnection([variant], args, (one) => variantView(one, shop)),
  };
}

/** A location as `Location` of the schema. */
export function locationView(location: ShopLocation, shop: Shop) {
  return {
    id: gid('Location', location.id),
    name: location.name,
    isActive: location.isActive,
    isFulfillmentService: false,
    createdAt: stamp(location.createdAt),
    updatedAt: stamp(location.updatedAt),
    inventoryLevels: (args: PageArgs & { readonly includeInactive?: boolean }) => {
      if (!shop.scopes.includes('read_inventory')) throw accessDenied('inventoryLevels', 'read_inventory');
      const levels = shop.inventory.filter(
        ({ locationId, isActive }) => locationId === location.id && (isActive || args.includeInactive === true),
      );
      return childConnection(levels, args, (level) => levelView(level, location, shop));
    },
  };
}

function levelView(level: ShopInventoryLevel, location: ShopLocation, shop: Shop) {
  const quantities: Readonly<Record<string, number>> = {
    available: level.available,
    on_hand: level.onHand,
    committed: level.committed,
    reserved: level.reserved,
  };
  return {
    id: `${gid('InventoryLevel', level.id)}?inventory_item_id=${level.inventoryItemId}`,
    isActive: level.isActive,
    updatedAt: stamp(level.updatedAt),
    location: () => locationView(location, shop),
    item: () => {
      const variant = variantsByItem(shop).get(level.inventoryItemId);
      return variant === undefined ? null : itemView(variant, shop);
    },
    quantities: ({ names }: { readonly names: readonly string[] }) => names.map((name) => ({ name, quantity: quantities[name] ?? 0 })),
  };
}

const itemsOfShop = new WeakMap<Shop, { of: number; byItem: ReadonlyMap<number, ShopVariant> }>();
function variantsByItem(shop: Shop): ReadonlyMap<number, ShopVariant> {
  const known = itemsOfShop.get(shop);
  if (known !== undefined && known.of === shop.products.length) return known.byItem;
  const variants = shop.products.flatMap((product) => product.variants);
  const byItem = new Map(variants.map((variant) => [variant.inventoryItemId, variant]));
  itemsOfShop.set(shop, { of: shop.products.length, byItem });
  return byItem;
}

/** Counted anew whenever levels were added or switched; one pass, so that a page of 250 levels does not make 250. */
const countsOfShop = new WeakMap<Shop, { at: number; counts: ReadonlyMap<number, number> }>();
function activeLevels(shop: Shop): ReadonlyMap<number, number> {
  const active = shop.inventory.filter(({ isActive }) => isActive);
  const known = countsOfShop.get(shop);
  if (known !== undefined && known.at === active.length) return known.counts;
  const counts = new Map<number, number>();
  for (const { inventoryItemId } of active) counts.set(inventoryItemId, (counts.get(inventoryItemId) ?? 0) + 1);
  countsOfShop.set(shop, { at: active.length, counts });
  return counts;
}
