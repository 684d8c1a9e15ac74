import { at, nameOf, RUTS, START, type BuyingVersion, type BuyingWorld } from './customer-world.ts';

type Of<K extends BuyingVersion['kind']> = Extract<BuyingVersion, { kind: K }>;
const HOUR = 3_600_000;
const DAY = 24;

/** The last version of every record. */
function newest(world: BuyingWorld): BuyingVersion[] {
  const last = new Map<string, BuyingVersion>();
  for (const version of world.versions) {
    const known = last.get(nameOf(version));
    if (known === undefined || known.stamp < version.stamp) last.set(nameOf(version), version);
  }
  return [...last.values()];
}

/**
 * What the warehouse must say when everything has come, from the meaning of customers and not from the engine's statements: who is one
 * with whom, what each bought, which carts each left. One line per fact, sorted.
 */
export function buyingTruth(world: BuyingWorld): { identities: string[]; sales: string[]; carts: string[] } {
  const records = newest(world);
  const of = <K extends BuyingVersion['kind']>(kind: K) => records.filter((record): record is Of<K> => record.kind === kind);
  const customers = of('customer');
  const groups = people(customers);
  const identityOf = (source: string, id: string | null) =>
    groups.find((group) => group.some((one) => one.source === source && one.id === id)) ?? null;
  const orders = of('order').map((order) => ({ ...order, who: identityOf(order.source, order.customer) }));
  const sales = orders.filter(({ status, who }) => status === 'open' && who !== null);
  return {
    identities: groups.map((group) => `${nameOfGroup(group)}${group.every(isNobody) ? ' nobody' : ''}`).sort(),
    sales: groups
      .flatMap((group) => {
        const own = sales.filter(({ who }) => who === group).sort((a, b) => a.hour - b.hour);
        const total = own.reduce((sum, { amount }) => sum + amount, 0);
        return own.length === 0 ? [] : [`${nameOfGroup(group)}: ${own.length} ${total} ${at(own[0]!.hour)} ${at(own.at(-1)!.hour)}`];
      })
      .sort(),
    carts: groups.flatMap((group) => cartsOf(group, of('cart'), orders)).sort(),
  };
}

function people(customers: readonly Of<'customer'>[]): Of<'customer'>[][] {
  // As often as there are customers, whoever shares a mark takes the smaller number.
  const number = customers.map((_, i) => i);
  const alike = (a: Of<'customer'>, b: Of<'customer'>) => marks(a).some((mark) => marks(b).includes(mark));
  for (const _ of customers) {
    customers.forEach((a, i) =>
      customers.forEach((b, j) => {
        if (alike(a, b)) number[i] = number[j] = Math.min(number[i]!, number[j]!);
      }),
    );
  }
  return [...Map.groupBy(customers, (_, i) => number[i]).values()];
}

function marks(customer: Of<'customer'>): string[] {
  const { rut, email, phone, company, source } = customer;
  const known = rut === null || rut === RUTS[2] ? [] : [rut];
  if (email !== null && !email.includes('relay')) known.push(email.toLowerCase());
  if (known.length === 0 && phone !== null) known.push(phone);
  if (known.length === 0 && company !== null) known.push(`${source} ${company}`);
  return [...known, `${source} ${customer.id}`];
}

const isNobody = (customer: Of<'customer'>) =>
  customer.rut === RUTS[2] && customer.phone === null && (customer.email === null || customer.email.includes('relay'));
const isReachable = ({ rut, email, phone }: Of<'customer'>) =>
  (rut !== null && rut !== RUTS[2]) || (email !== null && !email.includes('relay')) || phone !== null;
const nameOfGroup = (group: readonly Of<'customer'>[]) =>
  group
    .map(({ source, id }) => `${source}:${id}`)
    .sort()
    .join(' ');

function cartsOf(
  group: readonly Of<'customer'>[],
  carts: readonly Of<'cart'>[],
  orders: readonly (Of<'order'> & { who: unknown })[],
): string[] {
  const mine = (source: string, id: string | null) => group.find((one) => one.source === source && one.id === id);
  const left = carts
    .filter((cart) => cart.contact && mine('shopify', cart.customer) !== undefined)
    .map((cart) => ({ id: cart.id, opened: cart.hour, changed: cart.stamp / 3600, completed: cart.completedHour, amount: cart.amount }));
  for (const order of orders) {
    const owner = mine(order.source, order.customer);
    if (order.source !== 'odoo' || !order.website || owner === undefined || !isReachable(owner) || order.status === 'cancelled') continue;
    const opened = order.hour - 3;
    const completed = order.status === 'open' ? order.hour : null;
    left.push({ id: order.id, opened, changed: order.stamp / 3600, completed, amount: order.amount });
  }
  left.sort((a, b) => a.opened - b.opened);
  const together: (typeof left)[] = [];
  for (const cart of left) {
    const open = together.at(-1);
    if (open !== undefined && cart.opened < open[0]!.opened + DAY) open.push(cart);
    else together.push([cart]);
  }
  const bought = orders.filter(({ who, status }) => who === group && status === 'open').map(({ hour }) => hour);
  return together.map((one) => {
    const opened = one[0]!.opened;
    const changed = Math.max(...one.map((cart) => Math.max(cart.changed, cart.opened)));
    const ends = one.flatMap(({ completed }) => (completed === null ? [] : [completed]));
    const otherwise = bought.filter((hour) => hour >= opened && hour <= changed + 7 * DAY);
    const outcome =
      ends.length > 0 ? `completed ${at(Math.min(...ends))}` : otherwise.length > 0 ? `bought ${at(Math.min(...otherwise))}` : '-';
    const changedAt = new Date(START + changed * HOUR).toISOString().replace('.000Z', 'Z');
    return `${nameOfGroup(group)}: ${one.length} ${at(opened)} ${changedAt} ${outcome} ${lastAmount(one)}`;
  });
}

/** Carts opened in the same hour have no order of their own here: their amounts are told together. */
function lastAmount(carts: readonly { readonly opened: number; readonly amount: number }[]): string {
  const latest = carts.filter(({ opened }) => opened === carts.at(-1)!.opened);
  return latest.length === 1 ? String(latest[0]!.amount) : '?';
}
