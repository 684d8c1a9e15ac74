import { Calendar } from './calendar.ts';
import { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Shop, ShopCustomer } from './shop-model.ts';
import { person } from './people.ts';
import { Random } from './random.ts';
import type { ShopTerms } from './web-basket.ts';
import { webCarts } from './web-carts.ts';
import { webCatalogue } from './web-catalogue.ts';
import { webPayouts } from './web-payouts.ts';
import { webOrders, type WebOrders } from './web-orders.ts';
import { shopInventory, shopLocations } from './web-stock.ts';

export interface ShopPlan {
  readonly seed: number;
  readonly anchor: string;
  readonly domain: string;
  readonly name: string;
  readonly timeZone: string;
  readonly terms: ShopTerms;
  readonly orders: number;
  readonly recentAges: readonly number[];
  /** Order numbers whose orders no longer exist. */
  readonly lost: number;
  /** How many of its oldest orders are of seven months ago and were returned last month. */
  readonly lateReturns: number;
  /** Orders spread evenly over so many days, instead of over 120 that grow busier. */
  readonly steadyDays?: number;
}

export interface GrownShop {
  readonly shop: Shop;
  readonly web: WebOrders;
}

const SCOPES = [
  'read_orders',
  'read_all_orders',
  'read_products',
  'read_inventory',
  'read_locations',
  'read_customers',
  'read_shopify_payments_payouts',
];

/** One shop with its catalogue, stock, customers and orders. */
export function growShop(plan: ShopPlan): GrownShop {
  const { seed, domain, terms } = plan;
  const calendar = new Calendar(plan.timeZone, plan.anchor, (plan.steadyDays ?? 120) + 20);
  const random = (what: string): Random => new Random(seed, `${domain}:${what}`);
  const ids = (what: string, start: number): IdSequence => new IdSequence(random(`${what} ids`), start, 40_000);
  const catalogue = webCatalogue({
    currency: terms.currency,
    taxRate: terms.taxRate,
    products: Math.min(400, Math.max(14, Math.round(plan.orders / 16))),
    calendar,
    ids: { product: ids('product', 8_120_000_000_000), variant: ids('variant', 44_350_000_000_000), item: ids('item', 46_450_000_000_000) },
    random: random('catalogue'),
  });
  const locations = shopLocations(calendar, ids('location', 81_200_000_000), random('locations'));
  const customers = shopCustomers(plan, calendar, ids('customer', 6_950_000_000_000));
  const web = webOrders({
    seed,
    name: domain,
    count: plan.orders,
    recentAges: plan.recentAges,
    lost: plan.lost,
    lateReturns: plan.lateReturns,
    ...(plan.steadyDays === undefined ? {} : { steadyDays: plan.steadyDays }),
    terms,
    catalogue,
    customers,
    calendar,
  });
  const lastBought = new Map(web.sales.map(({ order }) => [order.customerId, order.createdAt]));
  return {
    web,
    shop: {
      domain,
      name: plan.name,
      accessToken: `shpat_${hex(random('token'), 32)}`,
      currency: terms.currency,
      timeZone: plan.timeZone,
      taxesIncluded: terms.taxesIncluded,
      scopes: SCOPES,
      createdAt: instantOf(calendar.anchor - 700 * 86_400_000),
      locations,
      products: catalogue.products,
      inventory: shopInventory(catalogue.products, locations, calendar, ids('level', 110_000_000_000), random('inventory')),
      customers: customers.map((customer) => ({ ...customer, updatedAt: lastBought.get(customer.id) ?? customer.updatedAt })),
      orders: web.sales.map(({ order }) => order),
      checkouts: webCarts({
        sales: web.sales,
        customers,
        currency: terms.currency,
        calendar,
        ids: ids('checkout', 37_400_000_000_000),
        random: random('carts'),
      }),
      // Not offered in Chile.
      payments:
        terms.currency === 'CLP'
          ? null
          : webPayouts({
              orders: web.sales.map(({ order }) => order),
              calendar,
              ids: { movement: ids('movement', 2_540_000_000_000), payout: ids('payout', 98_100_000_000) },
              random: random('payouts'),
            }),
    },
  };
}

/** Shoppers, some of whom never bought anything. */
function shopCustomers(plan: ShopPlan, calendar: Calendar, ids: IdSequence): ShopCustomer[] {
  const random = new Random(plan.seed, `${plan.domain}:customers`);
  const country = plan.terms.currency === 'CLP' ? 'CL' : 'US';
  return Array.from({ length: Math.max(8, Math.round(plan.orders * 0.6)) }, (_, index) => {
    const party = person(country, index, random);
    const created = instantOf(calendar.anchor - random.int(130, 420) * 86_400_000 - random.int(0, 86_399) * 1000);
    return {
      id: ids.next(),
      email: party.email,
      phone: party.phone,
      rut: party.rut,
      city: party.city,
      province: party.region,
      company: random.chance(0.04),
      createdAt: created,
      updatedAt: created,
    };
  });
}

/** An invented secret: hexadecimal text. */
export function hex(random: Random, length: number): string {
  return Array.from({ length }, () => random.int(0, 15).toString(16)).join('');
}
