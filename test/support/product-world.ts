import fc from 'fast-check';
import type { Draft } from '#contract';
import { orderDraft } from './scripted-stream.ts';

type Source = 'shopify' | 'odoo';

/** States of one record, oldest first; each is a version a second younger than the one before. */
interface Record_<S> {
  readonly source: Source;
  readonly id: string;
  readonly states: readonly S[];
}
interface OrderState {
  readonly at: string;
  readonly status: 'open' | 'cancelled';
  readonly currency: 'CLP' | 'CLF';
}
interface LineState {
  readonly order: string;
  readonly kind: 'product' | 'tip';
  readonly product: string | null;
  readonly sku: string | null;
  readonly quantity: number;
  /** Pieces of one unit of the line, or none where they are unknown. */
  readonly pieces: 1 | 12 | null;
  readonly amount: number;
}
interface RefundState {
  readonly order: string;
  readonly at: string;
}
interface BackState {
  readonly refund: string;
  readonly line: string;
  readonly quantity: number;
  readonly amount: number;
}
interface RateState {
  readonly hundredths: number;
}

export interface ProductWorld {
  readonly orders: readonly Record_<OrderState>[];
  readonly lines: readonly Record_<LineState>[];
  readonly refunds: readonly Record_<RefundState>[];
  readonly backs: readonly Record_<BackState>[];
  readonly rates: readonly Record_<RateState>[];
  /** Deliveries: positions in `versionsOf`, every one at least once, in any order, in pages of any size. */
  readonly pages: readonly (readonly number[])[];
}

/** Instants with their local day in Chile; one is the next day in UTC. */
const DAY: Readonly<Record<string, string>> = {
  '2026-11-01T13:00:00Z': '2026-11-01',
  '2026-11-02T02:30:00Z': '2026-11-01',
  '2026-11-02T13:00:00Z': '2026-11-02',
};
const ORDERS = { shopify: ['9001', '9002'], odoo: ['21', '22'] } as const;
/** This Odoo order is the mirror of a shop order, and so counts nowhere once both are there. */
const MIRROR = '22';

const at = fc.constantFrom(...Object.keys(DAY));
const amount = fc.integer({ min: 1, max: 999 });
const states = <S>(state: fc.Arbitrary<S>) => fc.array(state, { minLength: 1, maxLength: 3 });
const record = <S>(source: Source, id: string, state: fc.Arbitrary<S>): fc.Arbitrary<Record_<S>> =>
  states(state).map((all) => ({ source, id, states: all }));

const orderOf = (source: Source) =>
  fc.record({
    at,
    status: fc.constantFrom<OrderState['status']>('open', 'open', 'cancelled'),
    currency: source === 'odoo' ? fc.constantFrom<OrderState['currency']>('CLP', 'CLF') : fc.constant<OrderState['currency']>('CLP'),
  });
const lineOf = (source: Source) =>
  fc.record({
    order: fc.constantFrom(...ORDERS[source]),
    kind: fc.constantFrom<LineState['kind']>('product', 'product', 'product', 'tip'),
    product: fc.constantFrom('p1', 'p2', null),
    sku: fc.constantFrom(' a ', 'A', 'b', null),
    quantity: fc.integer({ min: 0, max: 4 }),
    pieces: fc.constantFrom<LineState['pieces']>(1, 1, 12, null),
    amount,
  });

const documents = fc.record({
  orders: fc.tuple(
    ...ORDERS.shopify.map((id) => record('shopify', id, orderOf('shopify'))),
    ...ORDERS.odoo.map((id) => record('odoo', id, orderOf('odoo'))),
  ),
  lines: fc.tuple(
    ...['l1', 'l2', 'l3'].map((id) => record('shopify', id, lineOf('shopify'))),
    ...['l4', 'l5', 'l6'].map((id) => record('odoo', id, lineOf('odoo'))),
  ),
  refunds: fc.tuple(...['r1', 'r2'].map((id) => record('shopify', id, fc.record({ order: fc.constantFrom(...ORDERS.shopify), at })))),
  backs: fc.tuple(
    ...['b1', 'b2', 'b3'].map((id) =>
      record(
        'shopify',
        id,
        fc.record({
          refund: fc.constantFrom('r1', 'r2'),
          line: fc.constantFrom('l1', 'l2', 'l3'),
          quantity: fc.integer({ min: 1, max: 3 }),
          amount,
        }),
      ),
    ),
  ),
  rates: fc.tuple(
    ...['2026-10-25', '2026-11-02'].map((id) =>
      record(
        'odoo',
        id,
        amount.map((hundredths) => ({ hundredths })),
      ),
    ),
  ),
});

/** Documents with their versions, delivered in any order, some more than once. */
export const productWorlds: fc.Arbitrary<ProductWorld> = documents.chain((world) => {
  const count = versionsOf({ ...world, pages: [] }).length;
  const every = fc.array(fc.nat({ max: 9999 }), { minLength: count, maxLength: count });
  const again = fc.array(fc.nat({ max: count - 1 }), { maxLength: 8 });
  return fc.tuple(every, again, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 })).map(([keys, doubles, sizes]) => {
    const shuffled = keys.map((key, i) => ({ key, i })).sort((a, b) => a.key - b.key || a.i - b.i);
    const order = [...shuffled.map(({ i }) => i), ...doubles];
    const pages: number[][] = [];
    for (let from = 0; from < order.length;) {
      const size = sizes[pages.length % sizes.length] ?? 1;
      pages.push(order.slice(from, from + size));
      from += size;
    }
    return { ...world, pages };
  });
});

/** Every version of every record as the draft that a mapping would make of it. */
export function versionsOf(world: ProductWorld): { readonly source: Source; readonly draft: Draft }[] {
  const each = <S>(records: readonly Record_<S>[], draft: (record: Record_<S>, state: S, updatedAt: string) => Draft) =>
    records.flatMap((one) => one.states.map((state, i) => ({ source: one.source, draft: draft(one, state, `2026-11-03T12:00:0${i}Z`) })));
  const head = (id: string, updatedAt: string) => ({ sourceId: id, sourceCreatedAt: null, sourceUpdatedAt: updatedAt });
  return [
    ...each(world.orders, ({ source, id }, state, updatedAt) =>
      orderDraft(id, {
        updatedAt,
        status: state.status,
        created_at: state.at,
        currency_source: state.currency,
        shop_order_id: source === 'shopify' ? id : id === MIRROR ? '9001' : null,
      }),
    ),
    ...each(world.lines, ({ source, id }, state, updatedAt) => ({
      entity: 'order_line',
      ...head(id, updatedAt),
      fields: {
        order_id: state.order,
        product_id: state.product,
        line_kind: state.kind,
        sku: state.sku,
        name: 'Cosa',
        quantity: String(state.quantity),
        units: unitsOf(state)?.toString() ?? null,
        units_unknown_because: state.pieces === null ? 'unit_unknown' : null,
        unit_price_source: '1',
        amount_source: String(state.amount),
        amount_untaxed_source: String(state.amount),
        amount_tax_source: '0',
        amount_iva_source: null,
        amount_discount_source: '0',
        currency_source: source === 'odoo' ? (lastOf(world.orders, state.order)?.currency ?? 'CLP') : 'CLP',
      },
    })),
    ...each(world.refunds, ({ id }, state, updatedAt) => ({
      entity: 'refund',
      ...head(id, updatedAt),
      fields: {
        order_id: state.order,
        created_at: state.at,
        currency_source: 'CLP',
        amount_total_source: '1',
        amount_untaxed_source: '1',
        amount_tax_source: '0',
        amount_paid_back_source: '1',
      },
    })),
    ...each(world.backs, ({ id }, state, updatedAt) => ({
      entity: 'refund_line',
      ...head(id, updatedAt),
      fields: {
        refund_id: state.refund,
        order_line_id: state.line,
        quantity: String(state.quantity),
        amount_source: String(state.amount),
        amount_tax_source: '0',
        currency_source: 'CLP',
      },
    })),
    ...each(world.rates, ({ id }, state, updatedAt) => ({
      entity: 'exchange_rate',
      ...head(id, updatedAt),
      fields: { currency: 'CLF', base_currency: 'CLP', rate_date: id, rate: String(state.hundredths / 100), company: null },
    })),
  ];
}

const unitsOf = ({ quantity, pieces }: LineState): number | null => (pieces === null ? null : quantity * pieces);
const lastOf = <S>(records: readonly Record_<S>[], id: string): S | undefined => records.find((one) => one.id === id)?.states.at(-1);

/** `kpi.product_days` as it must be: `day source product movement lines without-units without-rate sold returned amount-sold amount-returned`. */
export function productDays(world: ProductWorld): string[] {
  const cells = new Map<
    string,
    { lines: number; units: number; rate: number; sold: number; back: number; in: number | null; out: number | null }
  >();
  const cell = (day: string, source: Source, line: LineState, movement: 'sale' | 'return') => {
    const sku = line.sku?.trim().toUpperCase() ?? null;
    const key = `${day} ${line.product === null ? (sku === null ? 'name:COSA' : `sku:${sku}`) : `${source}:${line.product}`} ${movement}`;
    const known = cells.get(key) ?? { lines: 0, units: 0, rate: 0, sold: 0, back: 0, in: null, out: null };
    cells.set(key, known);
    known.lines += 1;
    return known;
  };
  for (const { source, states: all } of world.lines) {
    const line = all.at(-1)!;
    const order = lastOf(world.orders, line.order)!;
    if (line.kind !== 'product' || line.order === MIRROR || order.status === 'cancelled') continue;
    const found = cell(DAY[order.at]!, source, line, 'sale');
    const units = unitsOf(line);
    const worth = amountOf(world, line.amount, order);
    if (units === null) found.units += 1;
    if (worth === null) found.rate += 1;
    found.sold += units ?? 0;
    if (worth !== null) found.in = (found.in ?? 0) + worth;
  }
  for (const { states: all } of world.backs) {
    const back = all.at(-1)!;
    const refund = lastOf(world.refunds, back.refund)!;
    const line = lastOf(world.lines, back.line)!;
    if (line.kind !== 'product' || lastOf(world.orders, refund.order)?.status === 'cancelled') continue;
    const found = cell(DAY[refund.at]!, 'shopify', line, 'return');
    // Of a line of no pieces it cannot be said how many pieces its unit has, but for pieces themselves: 0 of 12 is 0 too.
    const units = unitsOf(line) === line.quantity ? back.quantity : line.pieces === null ? null : back.quantity * line.pieces;
    if (units === null) found.units += 1;
    found.back += units ?? 0;
    found.out = (found.out ?? 0) + back.amount;
  }
  return [...cells].map(([key, c]) => [key, c.lines, c.units, c.rate, c.sold, c.back, c.in ?? '-', c.out ?? '-'].join(' ')).sort();
}

/** In pesos: the last rate on or before the day, at most a week old; half a peso is a peso. */
function amountOf(world: ProductWorld, worth: number, order: OrderState): number | null {
  if (order.currency === 'CLP') return worth;
  const day = DAY[order.at]!;
  const rate = [...world.rates]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .find(({ id }) => id <= day && Date.parse(day) - Date.parse(id) <= 7 * 86_400_000);
  return rate === undefined ? null : Math.floor((worth * rate.states.at(-1)!.hundredths + 50) / 100);
}
