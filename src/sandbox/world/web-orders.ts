import type { Calendar } from './calendar.ts';
import { deal } from './deal.ts';
import { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Minor } from './model.ts';
import type { ShopCustomer, ShopOrder } from './shop-model.ts';
import { orderTimes } from './order-times.ts';
import { Random } from './random.ts';
import { canonicalTyped, personRut, typedRut } from './rut.ts';
import { fillBasket, type Basket, type ShopTerms } from './web-basket.ts';
import type { WebCatalogue } from './web-catalogue.ts';
import { amountDue, amountReceived, amountRefunded, lineGross } from './web-money.ts';
import { payments } from './web-payments.ts';
import { refundsOf } from './web-refunds.ts';
import { WEB_SHARES, webScenario, type WebScenario, type WebScenarioName } from './web-scenarios.ts';

/** A web order with what the rest of the world needs to know of its story. */
export interface WebSale {
  readonly order: ShopOrder;
  readonly scenario: WebScenarioName;
  /** Within the last hour: placed there on purpose. */
  readonly recent: boolean;
  readonly created: number;
  readonly processed: number;
}

export interface WebOrdersPlan {
  readonly seed: number;
  /** Name of the shop in the seed's streams. */
  readonly name: string;
  readonly count: number;
  /** Ages in minutes of the youngest orders; part of `count`. */
  readonly recentAges: readonly number[];
  /** How many order numbers were used by orders that no longer exist. */
  readonly lost: number;
  /** How many of the oldest orders are of seven months ago and were returned last month; part of `count`. */
  readonly lateReturns: number;
  readonly terms: ShopTerms;
  readonly catalogue: WebCatalogue;
  readonly customers: readonly ShopCustomer[];
  readonly calendar: Calendar;
  /** See orderTimes. */
  readonly steadyDays?: number;
}

/** A number that an order once had: its reference lives on in the ERP. */
export interface LostOrder {
  readonly id: number;
  readonly name: string;
  readonly time: number;
}

export interface WebOrders {
  readonly sales: WebSale[];
  readonly lost: LostOrder[];
  /** Numbers the shop would give next, for orders the ERP hears of before the shop's stream does. */
  readonly upcoming: () => LostOrder;
}

/** All orders of one shop, oldest first, numbered from #1001. */
export function webOrders(plan: WebOrdersPlan): WebOrders {
  const { seed, name, count, calendar } = plan;
  const random = (what: string): Random => new Random(seed, `${name}:${what}`);
  const times = orderTimes(calendar, count, plan.recentAges, random('order times'), plan.steadyDays);
  for (let i = 0; i < plan.lateReturns; i++) times[i] = calendar.anchor - (215 - i) * 86_400_000;
  const old = count - plan.recentAges.length;
  const scenarios = deal(WEB_SHARES, 'completed', old, random('order scenarios'));
  const ids = {
    order: new IdSequence(random('order ids'), 5_843_000_000_000, 60_000),
    line: new IdSequence(random('line ids'), 14_390_000_000_000, 90_000),
    shipping: new IdSequence(random('shipping ids'), 4_720_000_000_000, 60_000),
    transaction: new IdSequence(random('transaction ids'), 7_010_000_000_000, 60_000),
    refund: new IdSequence(random('refund ids'), 918_000_000_000, 60_000),
    refundLine: new IdSequence(random('refund line ids'), 611_000_000_000, 60_000),
  };
  const lostBefore = new Set(
    random('lost orders')
      .shuffle(Array.from({ length: Math.max(0, old - 2) }, (_, i) => i + 1))
      .slice(0, plan.lost),
  );
  // A bulk edit by staff three days ago gave many orders the very same `updatedAt`.
  const bulkEdit = calendar.anchor - 3 * 86_400_000 - 7_200_000;
  const customersOf = random('order customers');
  const sales: WebSale[] = [];
  const lost: LostOrder[] = [];
  let number = 1000;
  const nextNumber = (time: number): LostOrder => ({ id: ids.order.next(), name: `#${(number += 1)}`, time });
  let firstRefund = true;
  for (const [index, time] of times.entries()) {
    if (lostBefore.has(index)) lost.push(nextNumber(times[index - 1] ?? time));
    const recent = index >= old;
    const scenario = recent ? 'unfulfilled' : index < plan.lateReturns ? 'returned late' : scenarios[index]!;
    const story = webScenario(scenario);
    const identity = nextNumber(time);
    const { customer, guest } = pickBuyer(plan.customers, customersOf);
    const order = webOrder(
      plan,
      story,
      identity,
      { customer, guest },
      {
        ids,
        random: random(`order ${index}`),
        number,
        bulkEdit,
        refund: scenario === 'returned late' ? 'late' : firstRefund && story.refund !== 'none' ? 'soon' : 'usual',
      },
    );
    if (story.refund !== 'none' && scenario !== 'returned late') firstRefund = false;
    sales.push({ order: order.order, scenario, recent, created: order.created, processed: time });
  }
  return { sales, lost, upcoming: () => nextNumber(calendar.latest) };
}

interface Buyer {
  readonly customer: ShopCustomer | null;
  readonly guest: ShopOrder['guest'];
}

/**
 * Few customers buy often, most once. Always two draws, so that guests do not shift what follows. A guest is a shopper who did not
 * log in: most leave their e-mail, in other letters, or their phone.
 */
function pickBuyer(customers: readonly ShopCustomer[], random: Random): Buyer {
  const guest = random.chance(0.06);
  const at = Math.floor(customers.length * random.next() ** 1.6);
  const customer = customers[at] ?? null;
  if (!guest || customer === null) return { customer: guest ? null : customer, guest: null };
  const left = { email: at % 3 === 2 ? null : ` ${customer.email?.toUpperCase() ?? ''}`, phone: at % 3 === 1 ? null : customer.phone };
  return { customer: null, guest: left.email?.trim() === '' ? { ...left, email: null } : left };
}

interface Making {
  readonly ids: Record<'line' | 'shipping' | 'transaction' | 'refund' | 'refundLine', IdSequence>;
  readonly random: Random;
  readonly number: number;
  readonly bulkEdit: number;
  /** The shop's first refund falls into the last days, so that each world has a fresh one; of what is returned late, into the last month. */
  readonly refund: 'soon' | 'late' | 'usual';
}

function webOrder(
  plan: WebOrdersPlan,
  story: WebScenario,
  identity: LostOrder,
  { customer, guest }: Buyer,
  { ids, random, number, bulkEdit, refund }: Making,
): { order: ShopOrder; created: number } {
  const { calendar, terms } = plan;
  const { taxesIncluded } = terms;
  const processed = identity.time;
  const created = story.imported === true ? calendar.after(processed, random.int(1, 5) * 1440 + random.int(0, 600)) : processed;
  const basket = fillBasket(story, terms, plan.catalogue, ids, random);
  const edited = story.basket === 'edited' || story.basket === 'edited-out';
  const editedAt = calendar.after(created, random.int(30, 600));
  const transactions = payments({
    scenario: story,
    currency: terms.currency,
    due: amountDue(basket, taxesIncluded),
    dueFirst: story.basket === 'edited' ? dueBeforeEdit(basket, taxesIncluded) : amountDue(basket, taxesIncluded),
    paidAt: created,
    editedAt,
    calendar,
    ids: ids.transaction,
    random,
  });
  const soon = Math.max(created + 600_000, calendar.anchor - 2 * 86_400_000);
  const delay = random.int(60, 20 * 1440);
  const usual = calendar.after(created, delay);
  const firstRefundAt =
    refund === 'soon' ? Math.min(soon, calendar.latest) : refund === 'late' ? calendar.anchor - (10 * 1440 + delay) * 60_000 : usual;
  const secondRefundAt = calendar.after(firstRefundAt, random.int(60, 5 * 1440));
  const given = refundsOf({
    kind: story.refund,
    taxesIncluded,
    lines: basket.lines,
    shippingLines: basket.shippingLines,
    transactions,
    times: [firstRefundAt, secondRefundAt],
    ids,
    random,
  });
  const all = { transactions: [...transactions, ...given.transactions] };
  const closedAt = calendar.after(created, random.int(300, 4 * 1440));
  const cancelledAt =
    story.cancelled === true ? (given.refunds.length > 0 ? firstRefundAt : calendar.after(created, random.int(60, 1500))) : null;
  const bulk = random.chance(0.06) && bulkEdit > created;
  // Whoever has an account with a RUT types that one, if any.
  const ownRut = customer?.rut ?? null;
  const taxId =
    terms.currency === 'CLP' && random.chance(0.2) ? typedRut(ownRut === null ? personRut(random) : canonicalTyped(ownRut), random) : null;
  const events = [created, cancelledAt ?? 0, ...[...all.transactions, ...given.refunds].map((event) => Date.parse(event.processedAt))];
  if (edited) events.push(editedAt);
  if (story.fulfilment === 'FULFILLED') events.push(closedAt);
  if (bulk) events.push(bulkEdit);
  const order: ShopOrder = {
    id: identity.id,
    number,
    name: identity.name,
    createdAt: instantOf(created),
    processedAt: instantOf(processed),
    updatedAt: instantOf(Math.max(...events)),
    cancelledAt: cancelledAt === null ? null : instantOf(cancelledAt),
    cancelReason: cancelledAt === null ? null : random.pick(['CUSTOMER', 'INVENTORY', 'OTHER']),
    closedAt: story.fulfilment === 'FULFILLED' ? instantOf(closedAt) : null,
    test: story.test ?? false,
    edited,
    edit: editOf(story, basket),
    financialStatus: financialStatus(story, all),
    fulfillmentStatus: story.fulfilment,
    sourceName: story.source ?? 'web',
    appName: story.source === '1424624641' ? 'Mercado Central' : null,
    customerId: story.guest === true ? null : (customer?.id ?? null),
    guest: story.guest === true || customer !== null ? null : guest,
    taxId,
    taxIdIn: identity.id % 3 === 0 ? 'attribute' : 'localized field',
    lines: basket.lines.map((line) => ({ ...line, currentQuantity: line.currentQuantity - (given.returned.get(line.id) ?? 0) })),
    shippingLines: basket.shippingLines,
    tip: basket.tip,
    transactions: all.transactions,
    refunds: given.refunds,
  };
  return { order, created };
}

/** An edit brought the last line, or took a piece of the first one out. */
function editOf(story: WebScenario, { lines }: Basket): ShopOrder['edit'] {
  const [first, last] = [lines[0], lines.at(-1)];
  if (story.basket === 'edited' && last !== undefined) return { lineId: last.id, units: last.quantity };
  return story.basket === 'edited-out' && first !== undefined ? { lineId: first.id, units: -1 } : null;
}

/** The last line came in by the edit and was paid for afterwards. */
function dueBeforeEdit(basket: Basket, taxesIncluded: boolean): Minor {
  const added = basket.lines.at(-1);
  return amountDue(basket, taxesIncluded) - (added === undefined ? 0 : lineGross(added, taxesIncluded));
}

const NOT_PAID: Partial<Record<WebScenario['payment'], ShopOrder['financialStatus']>> = {
  pending: 'PENDING',
  authorized: 'AUTHORIZED',
  part: 'PARTIALLY_PAID',
  voided: 'VOIDED',
  expired: 'EXPIRED',
};

function financialStatus(story: WebScenario, order: Pick<ShopOrder, 'transactions'>): ShopOrder['financialStatus'] {
  const back = amountRefunded(order);
  const paid = back === 0 ? 'PAID' : back >= amountReceived(order) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  return NOT_PAID[story.payment] ?? paid;
}
