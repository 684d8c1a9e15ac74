import type { Calendar } from './calendar.ts';
import type { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Minor } from './model.ts';
import type { ShopCustomer } from './shop-model.ts';
import type { ShopCheckout } from './shop-checkout.ts';
import type { Random } from './random.ts';
import type { WebSale } from './web-orders.ts';

export interface CartPlan {
  readonly sales: readonly WebSale[];
  readonly customers: readonly ShopCustomer[];
  readonly currency: 'CLP' | 'USD';
  readonly calendar: Calendar;
  readonly ids: IdSequence;
  readonly random: Random;
}

const MINUTE = 60_000;
const DAY = 1440;

type Story = 'at once' | 'recovered' | 'otherwise' | 'three in a day' | 'lost' | 'without contact' | 'phone only' | 'long ago';
const STORIES: readonly Story[] = [
  'at once',
  'recovered',
  'otherwise',
  'three in a day',
  'lost',
  'lost',
  'without contact',
  'phone only',
  'long ago',
];

/**
 * Carts of a shop: about one for ten orders, each story again and again. Most belong to a sale of the last weeks, before which they were
 * left; the oldest are gone from the shop's list.
 */
export function webCarts(plan: CartPlan): ShopCheckout[] {
  const { calendar, ids, random } = plan;
  const from = calendar.anchor - 80 * DAY * MINUTE;
  const sales = plan.sales.filter(({ order, created }) => order.customerId !== null && created > from);
  const carts: ShopCheckout[] = [];
  const add = (opened: number, rest: Partial<ShopCheckout> & { minutes?: number }): void => {
    const created = Math.min(opened, calendar.latest);
    const { minutes = random.int(0, 40), completedAt = null, customerId = null, phone = null } = rest;
    const changed = completedAt === null ? calendar.after(created, minutes) : Date.parse(completedAt);
    carts.push({
      id: ids.next(),
      createdAt: instantOf(created),
      updatedAt: instantOf(changed),
      completedAt,
      customerId,
      phone,
      total: price(plan.currency, random),
    });
  };
  const count = Math.max(STORIES.length * 2, Math.round(plan.sales.length / 10));
  for (let i = 0; i < count; i++) {
    const story = STORIES[i % STORIES.length]!;
    const sale = random.pick(sales);
    const { customerId, createdAt } = sale.order;
    const before = (minutes: number): number => sale.created - minutes * MINUTE;
    const somewhen = calendar.anchor - random.int(2 * DAY, 80 * DAY) * MINUTE;
    if (story === 'at once') add(before(random.int(3, 50)), { customerId, completedAt: createdAt });
    if (story === 'recovered') add(before(random.int(90, 3 * DAY)), { customerId, completedAt: createdAt });
    if (story === 'otherwise') add(before(random.int(30, 6 * DAY)), { customerId });
    if (story === 'three in a day') for (const hours of [9, 6, 2]) add(before(hours * 60), { customerId });
    if (story === 'lost') add(somewhen, { customerId: random.pick(plan.customers).id });
    if (story === 'without contact') add(somewhen, {});
    if (story === 'phone only') add(somewhen, { phone: `+5690000${String(70_000 + i)}` });
    if (story === 'long ago') add(calendar.anchor - random.int(95 * DAY, 120 * DAY) * MINUTE, { customerId });
  }
  return carts;
}

function price(currency: CartPlan['currency'], random: Random): Minor {
  return currency === 'CLP' ? random.int(5, 180) * 990 : random.int(900, 22_000);
}
