import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DEFECT_CLASSES } from '../../src/sandbox/world/defect-kinds.ts';
import { sourcesOf } from '../../src/sandbox/world/expected.ts';
import { timeOf } from '../../src/sandbox/world/instants.ts';
import { expectedReconciliation } from '../../src/sandbox/world/reconciliation.ts';
import { rutDigit } from '../../src/sandbox/world/rut.ts';
import { salesLedger } from '../../src/sandbox/world/sales-ledger.ts';
import { createWorld, type World } from '../../src/sandbox/world/world.ts';

const anchor = '2026-11-24T12:00:00Z';
const world = createWorld({ seed: 1, anchor, orders: 2000 });

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

describe('the same seed', () => {
  test('gives the same world, another seed another one', () => {
    expect(hash(createWorld({ seed: 1, anchor, orders: 2000 }))).toBe(hash(world));
    expect(hash(createWorld({ seed: 2, anchor, orders: 2000 }))).not.toBe(hash(world));
  });

  test('gives the same ids, references, amounts and defects under another anchor', () => {
    const later = createWorld({ seed: 1, anchor: '2027-03-03T03:00:00Z', orders: 2000 });
    expect(later.defects).toEqual(world.defects);
    expect(undated(later)).toEqual(undated(world));
  });
});

/** What must not depend on when the world ends. */
function undated({ shops, odoos }: World): unknown {
  return [
    shops.map((shop) =>
      shop.orders.map(({ id, name, lines, shippingLines, tip, transactions }) => [
        id,
        name,
        lines,
        shippingLines,
        tip,
        transactions.map(({ amount }) => amount),
      ]),
    ),
    odoos.map((odoo) =>
      odoo.orders.map(({ id, name, clientOrderRef, shopifyOrderId, amountTotal, state }) => [
        id,
        name,
        clientOrderRef,
        shopifyOrderId,
        amountTotal,
        state,
      ]),
    ),
  ];
}

describe('dates', () => {
  test('nothing in shop or ERP is later than the anchor', () => {
    const dates = JSON.stringify([world.shops, world.odoos]).match(/"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^"]*"/g) ?? [];
    expect(dates.length).toBeGreaterThan(10_000);
    const latest = dates.reduce((max, date) => Math.max(max, timeOf(date.slice(1))), 0);
    expect(latest).toBeLessThan(timeOf(anchor));
  });

  test('every shop and every company has sales of the last week, and the first shop of the last hour', () => {
    const week = timeOf(anchor) - 7 * 86_400_000;
    for (const { orders } of world.shops) expect(orders.some(({ createdAt }) => timeOf(createdAt) > week)).toBe(true);
    // The first company's second shop takes nothing back.
    for (const { orders } of [world.shops[0]!, world.shops[2]!])
      expect(orders.flatMap(({ refunds }) => refunds).some(({ createdAt }) => timeOf(createdAt) > week)).toBe(true);
    for (const company of [1, 2, 3]) {
      expect(world.odoos[0]?.orders.some(({ companyId, writeDate }) => companyId === company && timeOf(writeDate) > week)).toBe(true);
    }
    expect(world.shops[0]?.orders.some(({ createdAt }) => timeOf(createdAt) > timeOf(anchor) - 3_600_000)).toBe(true);
  });

  test('some ERP sales of late evening are of the next day in UTC', () => {
    const late = [...salesLedger(sourcesOf(world, world.tenants[1].rut))].filter(
      ({ day, document }) => day !== new Date(document.time).toISOString().slice(0, 10),
    );
    expect(late.length).toBeGreaterThan(5);
  });
});

describe('size', () => {
  test.each([50, 51, 333, 2000])('%i orders are that many documents, mirrors not counted', (orders) => {
    const grown = createWorld({ seed: 3, anchor, orders });
    const documents = grown.tenants.flatMap(({ rut }) => [...salesLedger(sourcesOf(grown, rut))]);
    // What was invoiced without an order, and what was sold at the counter of the ERP, comes on top.
    const ordered = documents.filter(({ document: { id } }) => !id.includes(':'));
    expect(ordered.filter(({ voice }) => voice.silentBecause !== 'mirror')).toHaveLength(orders);
  });

  test('fewer than 50 orders are refused', () => {
    expect(() => createWorld({ seed: 1, anchor, orders: 49 })).toThrow('at least 50 orders');
  });

  test('an anchor that is no instant is refused', () => {
    expect(() => createWorld({ seed: 1, anchor: 'yesterday', orders: 50 })).toThrow('is not an instant');
  });
});

describe('tenants', () => {
  test('have valid tax ids of companies', () => {
    for (const { rut } of world.tenants) {
      const [body = '', digit = ''] = rut.split('-');
      expect(rutDigit(Number(body))).toBe(digit);
    }
  });

  test('share one database and one n8n, each with its own part', () => {
    const [first, second, third] = world.tenants;
    expect(first.odoo?.database).toBe(second.odoo?.database);
    expect(first.odoo?.companyId).not.toBe(second.odoo?.companyId);
    expect(first.n8n?.instance).toBe(second.n8n?.instance);
    expect(third).toMatchObject({ currency: 'USD', odoo: null, n8n: null });
  });
});

const MONEY: ReadonlySet<string> = new Set([
  'amount',
  'currency',
  'discount',
  'duplicate_in_odoo',
  'duplicate_ref',
  'fee_tip',
  'fx',
  'gift_card',
  'intercompany',
  'missing_in_odoo',
  'missing_in_shopify',
  'pending',
  'pending_link',
  'shipping',
  'status',
  'tax',
]);

describe('seeded differences', () => {
  const { injected, bridges } = expectedReconciliation(world);

  test('occur in every class at the default size', () => {
    expect(Object.keys(injected)).toEqual([...DEFECT_CLASSES]);
  });

  test.each([1, 7, 42])('are exactly those that the documents show, to the peso (seed %i)', (seed) => {
    for (const orders of [50, 400]) {
      const small = expectedReconciliation(createWorld({ seed, anchor, orders }));
      expect(small.bridges).toHaveLength(1);
      const found = Object.entries(small.bridges[0]?.classes ?? {}).map(([name, { count }]) => [name, count]);
      // Taxes that rounding makes differ, and what is said beside the bridge, move no money.
      const money = Object.entries(small.injected).filter(([name]) => MONEY.has(name));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(money));
      expect(small.bridges[0]?.remainder).toBe('0');
    }
  });

  test('close the bridge of the one tenant with shop and ERP', () => {
    expect(bridges).toMatchObject([{ rut: world.tenants[0].rut, remainder: '0' }]);
  });

  test('orders are split over two and merged into one, honestly and not, and two shops share numbers', () => {
    const ledger = [...salesLedger(sourcesOf(world, world.tenants[0].rut))];
    const copies = ledger.filter(({ voice }) => voice.original !== null);
    const surplus = new Set(
      world.defects.filter((defect) => defect.class === 'duplicate_in_odoo').map(({ odooOrderId }) => String(odooOrderId)),
    );
    const split = Map.groupBy(
      copies.filter(({ document }) => !surplus.has(document.id)),
      ({ voice }) => voice.original!.id,
    );
    const sums = (entries: readonly (typeof ledger)[number][]) => entries.reduce((sum, { document }) => sum + document.total, 0n);
    const differs = (mirrors: typeof copies) => sums(mirrors) !== mirrors[0]!.voice.originals.reduce((sum, { total }) => sum + total, 0n);
    for (const groups of [
      [...split.values()].filter(({ length }) => length > 1),
      copies.filter(({ voice }) => voice.originals.length > 1).map((one) => [one]),
    ]) {
      expect(groups.map(differs)).toEqual(expect.arrayContaining([true, false]));
    }
    const [main, branch] = world.shops;
    const names = new Set(main!.orders.map(({ name }) => name));
    expect(branch!.orders.some(({ name }) => names.has(name))).toBe(true);
    const rules = ['EXP_', '#'].map((start) =>
      world.odoos[0]!.orders.some(({ teamId, clientOrderRef }) => teamId === 3 && clientOrderRef?.startsWith(start)),
    );
    expect(rules).toEqual([true, true]);
  });

  test('of a duplicate the older id is the pair', () => {
    const surplus = world.defects.filter((defect) => defect.class === 'duplicate_in_odoo');
    const ledger = [...salesLedger(sourcesOf(world, world.tenants[0].rut))];
    for (const { webOrderId, odooOrderId } of surplus) {
      const copies = ledger.filter(({ voice }) => voice.original?.id === String(webOrderId)).map(({ document }) => Number(document.id));
      expect(Math.max(...copies)).toBe(odooOrderId);
      expect(copies).toHaveLength(2);
    }
  });
});
