import type { Shop, ShopOrder, ShopProduct } from '../world/shop-model.ts';
import type { ShopCheckout } from '../world/shop-checkout.ts';
import type { ShopBalanceMovement, ShopPayout } from '../world/shop-payouts.ts';
import { accessDenied, adminError } from './admin-error.ts';
import { ById } from './by-id.ts';
import { locationView, productView, variantView } from './catalogue-view.ts';
import { checkoutView } from './checkout-view.ts';
import { childConnection, listConnection, type PageArgs } from './connection.ts';
import { orderView, refundView, type ShopIndex } from './order-view.ts';
import { movementView, payoutView } from './payments-view.ts';
import { parseSearch, type StampField, type StampOf } from './search-query.ts';
import { SortedList, type SortField } from './sorted-list.ts';
import { silenceOf } from '../silence.ts';
import { gid, idOf, stamp } from './wire-values.ts';

const VISIBLE_DAYS = 60;
/** Carts are dropped after about three months. */
const CHECKOUT_DAYS = 90;

type ListArgs = PageArgs & { readonly query?: string | null; readonly sortKey: string };
type IdArgs = { readonly id: string };
type CountArgs = { readonly query?: string | null; readonly limit?: number | null };

const orderFields: readonly StampField[] = ['updated_at', 'created_at', 'processed_at'];
const checkoutFields: readonly StampField[] = ['updated_at', 'created_at'];
const productFields: readonly StampField[] = ['updated_at', 'created_at'];
const payoutFields: readonly StampField[] = ['issued_at'];
const movementFields: readonly StampField[] = ['processed_at'];

/**
 * What stands behind the query root for one shop. Kept as long as the server, so that sorted lists are.
 * @param still its orders do not change while it is served
 */
export function adminRoot(shop: Shop, clock: () => Date, still = false) {
  const needs = (scope: string, field: string): void => {
    if (!shop.scopes.includes(scope)) throw accessDenied(field, scope);
  };
  /** Without read_all_orders older orders are not there, and nothing says so. */
  const visible = (): readonly ShopOrder[] => {
    if (shop.scopes.includes('read_all_orders')) return shop.orders;
    const from = new Date(clock().getTime() - VISIBLE_DAYS * 86_400_000).toISOString();
    return shop.orders.filter(({ createdAt }) => createdAt >= from);
  };
  const orderStamp: StampOf<ShopOrder> = (order, field) =>
    stamp(field === 'updated_at' ? order.updatedAt : field === 'created_at' ? order.createdAt : order.processedAt);
  const orders = new SortedList<ShopOrder>(visible, orderStamp, () => silenceOf(shop).countShift);
  const listedOrders = new SortedList<ShopOrder>(
    () => {
      const { unlisted } = silenceOf(shop);
      return unlisted.size === 0 ? visible() : visible().filter(({ id }) => !unlisted.has(`Order/${id}`));
    },
    orderStamp,
    undefined,
    still,
  );
  const checkouts = new SortedList<ShopCheckout>(
    () => {
      const from = new Date(clock().getTime() - CHECKOUT_DAYS * 86_400_000).toISOString();
      return shop.checkouts.filter(({ createdAt }) => createdAt >= from);
    },
    (checkout, field) => stamp(field === 'updated_at' ? checkout.updatedAt : checkout.createdAt),
  );
  const products = new SortedList<ShopProduct>(
    () => shop.products,
    (product, field) => stamp(field === 'updated_at' ? product.updatedAt : product.createdAt),
  );
  const payouts = new SortedList<ShopPayout>(
    () => shop.payments?.payouts ?? [],
    ({ issuedAt }) => stamp(issuedAt),
  );
  const movements = new SortedList<ShopBalanceMovement>(
    () => shop.payments?.movements ?? [],
    ({ at }) => stamp(at),
  );
  const index = indexOf(shop);
  const number = (type: string, id: string): number => {
    const wanted = idOf(type, id);
    if (wanted === null) throw adminError('RESOURCE_NOT_FOUND', `Invalid global id '${id}'`);
    return wanted;
  };
  const byId = <T extends { readonly id: number }>(items: readonly T[], type: string, id: string): T | undefined => {
    const wanted = number(type, id);
    return items.find((item) => item.id === wanted);
  };
  const ordersById = new ById<ShopOrder>();

  return {
    shop: {
      id: gid('Shop', 1),
      name: shop.name,
      myshopifyDomain: shop.domain,
      currencyCode: shop.currency,
      ianaTimezone: shop.timeZone,
      taxesIncluded: shop.taxesIncluded,
      createdAt: stamp(shop.createdAt),
    },
    shopifyPaymentsAccount: () => {
      needs('read_shopify_payments_payouts', 'shopifyPaymentsAccount');
      if (shop.payments === null) return null;
      return {
        id: gid('ShopifyPaymentsAccount', 1),
        activated: true,
        country: shop.payments.country,
        defaultCurrency: shop.currency,
        payouts: (args: ListArgs) =>
          listConnection(payouts, { sort: sortField(args.sortKey), ranges: parseSearch(args.query, payoutFields), args }, (payout) =>
            payoutView(payout, shop),
          ),
        // Transfers to the bank are no movements here: the payouts are.
        balanceTransactions: (args: ListArgs) =>
          listConnection(movements, { sort: sortField(args.sortKey), ranges: parseSearch(args.query, movementFields), args }, (movement) =>
            movementView(movement, shop),
          ),
      };
    },
    currentAppInstallation: () => ({ id: gid('AppInstallation', 1), accessScopes: shop.scopes.map((handle) => ({ handle })) }),
    abandonedCheckouts: (args: ListArgs) => {
      needs('read_orders', 'abandonedCheckouts');
      const ranges = parseSearch(args.query, checkoutFields);
      const view = index();
      return listConnection(checkouts, { sort: sortField(args.sortKey), ranges, args }, (checkout) => checkoutView(checkout, view));
    },
    orders: (args: ListArgs) => {
      needs('read_orders', 'orders');
      const ranges = parseSearch(args.query, orderFields);
      const view = index();
      return listConnection(listedOrders, { sort: sortField(args.sortKey), ranges, args }, (order) => orderView(order, view));
    },
    ordersCount: ({ query, limit }: CountArgs) => {
      needs('read_orders', 'ordersCount');
      return counted(orders.count(parseSearch(query, orderFields)), limit);
    },
    abandonedCheckoutsCount: ({ query, limit }: CountArgs) => {
      needs('read_orders', 'abandonedCheckoutsCount');
      return counted(checkouts.count(parseSearch(query, checkoutFields)), limit);
    },
    order: ({ id }: IdArgs) => {
      needs('read_orders', 'order');
      const order = ordersById.find(visible(), number('Order', id));
      return order === undefined ? null : orderView(order, index());
    },
    refund: ({ id }: IdArgs) => {
      needs('read_orders', 'refund');
      const order = visible().find(({ refunds }) => byId(refunds, 'Refund', id) !== undefined);
      const refund = order === undefined ? undefined : byId(order.refunds, 'Refund', id);
      return order === undefined || refund === undefined ? null : refundView(refund, order, index());
    },
    /** What does not exist, or is not to be seen, is null at its place. */
    nodes: ({ ids }: { readonly ids: readonly string[] }) => {
      if (ids.length > 250) throw adminError('BAD_REQUEST', 'Too many ids: at most 250.');
      const found = new Set([
        ...visible().map(({ id }) => gid('Order', id)),
        ...shop.products.flatMap(({ variants }) => variants.map(({ id }) => gid('ProductVariant', id))),
      ]);
      return ids.map((id) => {
        const type = /^gid:\/\/shopify\/(Order|ProductVariant)\/\d+$/.exec(id)?.[1];
        if (type === undefined) throw adminError('RESOURCE_NOT_FOUND', `Invalid global id '${id}'`);
        needs(type === 'Order' ? 'read_orders' : 'read_products', 'nodes');
        return found.has(id) ? { __typename: type, id } : null;
      });
    },
    productVariants: (args: PageArgs) => {
      needs('read_products', 'productVariants');
      return childConnection(variantsOf(shop), args, (variant) => variantView(variant, shop));
    },
    productVariantsCount: () => {
      needs('read_products', 'productVariantsCount');
      return { count: variantsOf(shop).length, precision: 'EXACT' };
    },
    products: (args: ListArgs) => {
      needs('read_products', 'products');
      const ranges = parseSearch(args.query, productFields);
      return listConnection(products, { sort: sortField(args.sortKey), ranges, args }, (product) => productView(product, shop));
    },
    product: ({ id }: IdArgs) => {
      needs('read_products', 'product');
      const product = byId(shop.products, 'Product', id);
      return product === undefined ? null : productView(product, shop);
    },
    locations: (args: PageArgs & { readonly includeInactive: boolean; readonly sortKey: string }) => {
      needs('read_locations', 'locations');
      const shown = shop.locations.filter(({ isActive }) => isActive || args.includeInactive);
      const sorted = shown.toSorted((a, b) => (args.sortKey === 'ID' ? a.id - b.id : a.name.localeCompare(b.name)));
      return childConnection(sorted, args, (location) => locationView(location, shop));
    },
    location: ({ id }: IdArgs) => {
      needs('read_locations', 'location');
      const location = byId(shop.locations, 'Location', id);
      return location === undefined ? null : locationView(location, shop);
    },
  };
}

/** Counting stops at the limit, and says so. */
function counted(count: number, limit: number | null | undefined) {
  const cut = limit !== null && limit !== undefined && count > limit;
  return { count: cut ? limit : count, precision: cut ? 'AT_LEAST' : 'EXACT' };
}

/** By id, as the list of all variants is. */
function variantsOf(shop: Shop) {
  return shop.products.flatMap(({ variants }) => variants).toSorted((a, b) => a.id - b.id);
}

function sortField(sortKey: string): SortField {
  return sortKey.toLowerCase() as SortField;
}

/** Look-ups of a shop, made again when it has grown. */
function indexOf(shop: Shop): () => ShopIndex {
  let customers: ShopIndex['customers'] = new Map();
  let variantTitles: ShopIndex['variantTitles'] = new Map();
  let productsSeen = -1;
  return () => {
    if (customers.size !== shop.customers.length) customers = new Map(shop.customers.map((customer) => [customer.id, customer]));
    if (productsSeen !== shop.products.length) {
      productsSeen = shop.products.length;
      const variants = shop.products.flatMap((product) => product.variants);
      variantTitles = new Map(variants.filter(({ title }) => title !== 'Default Title').map(({ id, title }) => [id, title]));
    }
    return { shop, customers, variantTitles };
  };
}
