import { describe, expect, test } from 'vitest';
import { shopify } from '../../connectors/shopify/index.ts';
import type { Page, ReadRequest } from '../../src/contract/index.ts';
import { draftsOf, idsOf, lineOf, NOW, noticesOf, open, orderOf, read, shopOf } from './shopify-shop.ts';

const AT = '2026-11-20T10:00:00Z';
const sorted = (ids: readonly string[]) => ids.toSorted((a, b) => a.localeCompare(b));
const minutesLater = (at: string, minutes: number) => new Date(Date.parse(at) + minutes * 60_000).toISOString();

describe('every stream', () => {
  test('brings every record of the shop, each with its own cursor and coverage', async () => {
    const cart = { id: 9, createdAt: AT, updatedAt: AT, completedAt: null, customerId: 3, phone: null, total: 1990 };
    const shop = await open(shopOf([orderOf(1, AT), orderOf(2, AT)], { checkouts: [cart] }));
    const counts: Record<string, Record<string, number>> = {};
    for (const { name } of shopify.streams) {
      const pages = await read(shop, name);
      expect(pages.filter(({ end }) => end)).toHaveLength(1);
      expect(pages.at(-1)).toMatchObject({
        end: true,
        // Carts are dropped after 90 days: what was before is not known.
        covered: { from: name === 'abandoned_checkouts' ? '2026-08-25T12:00:00Z' : null, until: '2026-11-23T12:00:00Z' },
        cursor: { v: 1, walk: null },
      });
      counts[name] = Object.fromEntries(
        Map.groupBy(draftsOf(pages), ({ entity }) => entity)
          .entries()
          .map(([entity, all]) => [entity, all.length]),
      );
    }
    expect(counts).toEqual({
      locations: { location: 2 },
      products: { product: 62 },
      inventory_levels: { inventory_level: 4 },
      orders: { customer: 2, order: 2, order_line: 2, order_payment: 2 },
      abandoned_checkouts: { customer: 1, abandoned_checkout: 1 },
      payouts: {},
      payout_transactions: {},
    });
  });

  test('stock comes as one snapshot that agrees with the count of the source', async () => {
    const [page, ...others] = await read(await open(shopOf([])), 'inventory_levels');
    expect(others).toEqual([]);
    expect(page?.snapshot).toEqual({ entities: ['inventory_level'], counted: 4 });
    expect(draftsOf([page!]).find(({ sourceId }) => sourceId === '5101@12')?.fields).toMatchObject({
      product_id: '101',
      quantity_available: '3',
    });
  });
});

describe('the RUT typed at the checkout', () => {
  const orders = () => [
    orderOf(1, AT, { taxId: '12.345.678-5' }),
    orderOf(2, AT, { taxId: '76042235-5', taxIdIn: 'attribute' }),
    orderOf(3, AT),
  ];
  const billedTo = (pages: readonly Page[]) =>
    draftsOf(pages, 'customer').flatMap((draft) => (draft.entity === 'customer' && draft.sourceId.startsWith('tax:') ? [draft] : []));

  test('comes with its order as a record of its own, from Shopify’s field or an attribute', async () => {
    const pages = await read(await open(shopOf(orders())), 'orders');
    expect(billedTo(pages).map(({ sourceId, identity, fields }) => [sourceId, identity?.rut, fields.kind])).toEqual([
      ['tax:1', '12.345.678-5', 'person'],
      ['tax:2', '76042235-5', 'company'],
    ]);
    expect(draftsOf(pages, 'order').map((draft) => draft.entity === 'order' && draft.fields.billed_to_id)).toEqual([
      'tax:1',
      'tax:2',
      undefined,
    ]);
    expect(JSON.stringify(draftsOf(pages, 'order'))).not.toMatch(/345\.678|76042235/);
  });

  test('is asked for only where it is looked for', async () => {
    const shop = await open(shopOf(orders()), { settings: { tax_id_from: 'billing_company' } });
    expect(billedTo(await read(shop, 'orders'))).toEqual([]);
    const asked = shop.sent.filter((body) => body.includes('OrdersPage'));
    expect(asked.length).toBeGreaterThan(0);
    for (const body of asked) expect(body).toMatch(/"taxFields":false,"attributes":false,"billing":true/);
  });

  test('an app that may not see it reads orders all the same', async () => {
    const shop = await open(shopOf(orders(), { scopes: ['read_orders', 'read_all_orders'] }));
    const pages = await read(shop, 'orders');
    expect(idsOf(pages, 'order')).toHaveLength(3);
    expect(draftsOf(pages, 'customer')).toEqual([]);
  });
});

describe('many orders of one second', () => {
  const thousand = () => shopOf(Array.from({ length: 1000 }, (_, index) => orderOf(index + 1, AT)));

  test('all arrive, each exactly once', async () => {
    const pages = await read(await open(thousand()), 'orders');
    const ids = idsOf(pages, 'order');
    expect(ids).toHaveLength(1000);
    expect(new Set(ids).size).toBe(1000);
    expect(pages.length).toBeGreaterThan(5);
  });

  test('a walk that ended anywhere goes on from its last page and brings the same', async () => {
    const shop = await open(thousand());
    const pages = await read(shop, 'orders');
    const all = sorted(idsOf(pages, 'order'));
    for (const [index, page] of pages.entries()) {
      if (page.end) continue;
      const rest = await read(shop, 'orders', { kind: 'incremental', cursor: page.cursor, from: null });
      expect(sorted([...idsOf(pages.slice(0, index + 1), 'order'), ...idsOf(rest, 'order')])).toEqual(all);
      expect(rest.at(-1)?.cursor).toEqual(pages.at(-1)?.cursor);
      expect(rest.at(-1)?.covered).toEqual(pages.at(-1)?.covered);
    }
  });
});

describe('orders that change while they are read', () => {
  test('one that moves behind the window is read by the next run, in its new state', async () => {
    const world = shopOf(Array.from({ length: 60 }, (_, index) => orderOf(index + 1, minutesLater(AT, index))));
    const shop = await open(world);
    const late = world.orders[40]!;
    let changed = false;
    shop.between = () => {
      if (changed || !shop.sent.at(-1)?.includes('OrdersPage')) return;
      changed = true;
      late.updatedAt = minutesLater(NOW.toISOString(), 1);
      late.financialStatus = 'PARTIALLY_PAID';
    };
    const first = await read(shop, 'orders');
    expect(idsOf(first, 'order')).toHaveLength(59);
    expect(idsOf(first, 'order')).not.toContain(String(late.id));
    late.updatedAt = NOW.toISOString();
    const second = await read(shop, 'orders', { kind: 'incremental', cursor: first.at(-1)!.cursor, from: null });
    const again = draftsOf(second, 'order').find(({ sourceId }) => sourceId === String(late.id));
    expect(again?.fields).toMatchObject({ source_status: 'PARTIALLY_PAID/FULFILLED' });
  });

  test('a second run reads the overlap of ten minutes and nothing before it', async () => {
    const world = shopOf(Array.from({ length: 60 }, (_, index) => orderOf(index + 1, minutesLater(AT, index))));
    const shop = await open(world);
    const [last] = (await read(shop, 'orders')).slice(-1);
    expect(last?.cursor.watermark).toBe('2026-11-20T10:59:00Z');
    const second = await read(shop, 'orders', { kind: 'incremental', cursor: last!.cursor, from: null });
    expect(idsOf(second, 'order')).toHaveLength(11);
    expect(second.at(-1)).toMatchObject({ cursor: last!.cursor, covered: { from: '2026-11-20T10:49:00Z' } });
  });
});

describe('orders with more children than a page carries', () => {
  const refund = (id: number, lines: number) => ({
    id,
    createdAt: AT,
    processedAt: AT,
    lines: Array.from({ length: lines }, (_, index) => ({
      id: id * 100 + index,
      lineId: 7000 + index,
      quantity: 1,
      subtotal: 1190,
      tax: 190,
    })),
    shipping: [],
    adjustments: [],
    transactionIds: [],
  });
  const big = () =>
    orderOf(7, AT, {
      lines: Array.from({ length: 130 }, (_, index) => lineOf(7000 + index, { quantity: 9 })),
      shippingLines: Array.from({ length: 5 }, (_, index) => ({ id: 80 + index, title: 'Despacho', price: 1000, discount: 0, tax: 160 })),
      transactions: Array.from({ length: 14 }, (_, index) => ({ ...orderOf(7, AT).transactions[0]!, id: 500 + index })),
      refunds: [refund(1, 70), ...Array.from({ length: 6 }, (_, index) => refund(2 + index, 1))],
    });

  test('all of them arrive', async () => {
    const pages = await read(await open(shopOf([orderOf(1, AT), big()])), 'orders');
    const of = (entity: Parameters<typeof idsOf>[1]) => new Set(idsOf(pages, entity)).size;
    expect([of('order'), of('order_line'), of('order_payment'), of('refund'), of('refund_line')]).toEqual([2, 136, 15, 7, 76]);
    expect(draftsOf(pages, 'order').every(({ complete }) => complete?.length === 3)).toBe(true);
  });

  test('one that changes between two requests is read again as one state', async () => {
    const order = big();
    const shop = await open(shopOf([order]));
    let changes = 0;
    shop.between = () => {
      if (changes >= 2 || !shop.sent.at(-1)?.includes('query OrderById')) return;
      changes += 1;
      order.updatedAt = minutesLater(AT, changes);
    };
    const pages = await read(shop, 'orders');
    expect(idsOf(pages, 'order_line')).toHaveLength(135);
    expect(draftsOf(pages, 'order')[0]?.sourceUpdatedAt).toBe('2026-11-20T10:02:00Z');
  });
});

describe('a backfill', () => {
  const backfill = (from: string, until: string): ReadRequest => ({ kind: 'backfill', cursor: null, from, until });
  const days = () => shopOf([1, 2, 3, 4].map((day) => orderOf(day, `2026-11-0${day}T00:00:00Z`, { updatedAt: AT })));

  test('reads by the day orders were made; its end is outside though the source includes it', async () => {
    const pages = await read(await open(days()), 'orders', backfill('2026-11-02T00:00:00Z', '2026-11-04T00:00:00Z'));
    expect(idsOf(pages, 'order')).toEqual(['2', '3']);
    expect(pages.at(-1)).toMatchObject({
      excluded: { outside_window: 1 },
      covered: { from: '2026-11-02T00:00:00Z', until: '2026-11-04T00:00:00Z' },
      cursor: { watermark: null, walk: null },
    });
  });

  test('ranges that touch bring every order once', async () => {
    const shop = await open(days());
    const ranges = ['2026-11-01T00:00:00Z', '2026-11-02T12:00:00Z', '2026-11-03T00:00:00Z', '2026-11-05T00:00:00Z'];
    const pages: Page[] = [];
    for (let i = 1; i < ranges.length; i++) pages.push(...(await read(shop, 'orders', backfill(ranges[i - 1]!, ranges[i]!))));
    expect(idsOf(pages, 'order')).toEqual(['1', '2', '3', '4']);
  });
});

describe('what the shop says on the side', () => {
  test('a version that Shopify no longer runs is noticed', async () => {
    const pages = await read(await open(shopOf([orderOf(1, AT)]), { settings: { api_version: '2024-10' } }), 'orders');
    expect(noticesOf(pages)).toEqual(['api_version']);
  });

  test('without read_all_orders the last 60 days are what is covered, and a notice says so', async () => {
    const scopes = ['read_orders', 'read_customers'];
    const world = shopOf([orderOf(1, '2026-03-01T10:00:00Z'), orderOf(2, AT)], { scopes });
    const pages = await read(await open(world), 'orders');
    expect(idsOf(pages, 'order')).toEqual(['2']);
    expect(noticesOf(pages)).toEqual(['read_all_orders']);
    expect(pages.at(-1)?.covered).toEqual({ from: '2026-09-24T12:00:00Z', until: '2026-11-23T12:00:00Z' });
  });

  test('without read_customers orders come without their buyer, and a notice says so', async () => {
    const world = shopOf([orderOf(1, AT)], { scopes: ['read_orders', 'read_all_orders'] });
    const pages = await read(await open(world), 'orders');
    expect(noticesOf(pages)).toEqual(['customers']);
    expect(idsOf(pages, 'customer')).toEqual([]);
    expect(draftsOf(pages, 'order')[0]?.fields).toMatchObject({ customer_id: null });
  });
});
