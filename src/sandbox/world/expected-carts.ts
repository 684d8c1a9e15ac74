import { decimalText, fromMinor, decimal, type Decimal } from './decimal.ts';
import { timeOf } from './instants.ts';
import { localDays } from './local-day.ts';
import type { ExpectedRow } from './model.ts';
import { linesOfCarts, type CartFact } from './odoo-carts.ts';
import type { TenantSources } from './sales-ledger.ts';
import { listedCheckouts } from './shop-guests.ts';

const HOUR = 3_600_000;

/** A purchase as carts see it. */
export interface Purchase {
  readonly identity: string;
  readonly time: number;
}

/** Rows of the carts themselves, and of the carts of each identity taken together. */
export function* expectedCarts(
  sources: TenantSources,
  identityOf: (source: string, customer: string) => string | null,
  purchases: readonly Purchase[],
): Generator<ExpectedRow> {
  const { tenant, shops, anchor } = sources;
  const dayOf = localDays(tenant.timeZone);
  const facts: CartFact[] = [];
  const listed = shops.flatMap((shop) => listedCheckouts(shop, anchor).map((cart) => ({ cart, shop })));
  for (const { cart, shop } of listed) {
    const shopper = shop.customers.find(({ id }) => id === cart.customerId);
    const contact = shopper === undefined ? cart.phone !== null : shopper.email !== null || shopper.phone !== null;
    const customer = shopper === undefined ? (cart.phone === null ? null : `guest:checkout:${cart.id}`) : String(shopper.id);
    const total = fromMinor(cart.total, shop.currency === 'CLP' ? 0 : 2);
    yield {
      rut: tenant.rut,
      table: 'public.abandoned_checkouts',
      sourceId: String(cart.id),
      values: {
        created_at: stamp(timeOf(cart.createdAt)),
        business_day: dayOf(timeOf(cart.createdAt)),
        completed_at: cart.completedAt === null ? null : stamp(timeOf(cart.completedAt)),
        customer_id: customer,
        has_contact: String(contact),
        currency_source: shop.currency,
        amount_total_source: decimalText(total),
      },
    };
    if (!contact || customer === null) continue;
    facts.push({
      key: `shopify:${cart.id}`,
      owner: ['shopify', customer],
      opened: timeOf(cart.createdAt),
      changed: timeOf(cart.updatedAt),
      completed: cart.completedAt === null ? null : timeOf(cart.completedAt),
      currency: shop.currency,
      total: decimalText(total),
    });
  }
  facts.push(...linesOfCarts(sources));
  const byIdentity = Map.groupBy(facts, (fact) => identityOf(...fact.owner));
  const bought = Map.groupBy(purchases, ({ identity }) => identity);
  for (const [identity, carts] of byIdentity) {
    if (identity === null) continue;
    for (const group of within24Hours(carts)) yield groupRow(tenant, dayOf, group, bought.get(identity) ?? []);
  }
}

function within24Hours(carts: readonly CartFact[]): CartFact[][] {
  const groups: CartFact[][] = [];
  for (const cart of carts.toSorted(inOrder)) {
    const last = groups.at(-1);
    if (last !== undefined && cart.opened - last[0]!.opened < 24 * HOUR) last.push(cart);
    else groups.push([cart]);
  }
  return groups;
}

/** Of two opened in one second the later number is the later. */
function inOrder(a: CartFact, b: CartFact): number {
  const [one, other] = [a.key.split(':'), b.key.split(':')];
  if (a.opened !== b.opened) return a.opened - b.opened;
  return one[0] === other[0] ? Number(one[1]) - Number(other[1]) : one[0]! < other[0]! ? -1 : 1;
}

function groupRow(
  tenant: TenantSources['tenant'],
  dayOf: (time: number) => string,
  group: readonly CartFact[],
  purchases: readonly Purchase[],
): ExpectedRow {
  const first = group[0]!;
  const last = group.at(-1)!;
  const changed = Math.max(...group.map((cart) => cart.changed));
  const ends = group.flatMap(({ completed }) => (completed === null ? [] : [completed]));
  const completed = ends.length === 0 ? null : Math.min(...ends);
  const later = purchases.map(({ time }) => time).filter((time) => time >= first.opened && time <= changed + 7 * 24 * HOUR);
  const total: Decimal = decimal(last.total);
  return {
    rut: tenant.rut,
    table: 'kpi.carts',
    sourceId: first.key,
    values: {
      carts: String(group.length),
      opened_at: stamp(first.opened),
      day: dayOf(first.opened),
      changed_at: stamp(changed),
      completed_at: completed === null ? null : stamp(completed),
      completed_day: completed === null ? null : dayOf(completed),
      bought_at: completed !== null || later.length === 0 ? null : stamp(Math.min(...later)),
      currency_source: last.currency,
      amount_total_source: decimalText(total),
      amount_total: last.currency === tenant.currency ? decimalText(total) : null,
    },
  };
}

function stamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '.000000Z');
}
