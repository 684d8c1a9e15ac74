import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mapInventoryLevels, mapOrders, mapProducts } from './mapping.ts';

type Raw = Record<string, unknown>;

function nodesOf(file: string, ...path: string[]): Raw[] {
  let at = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', file), 'utf8')) as Raw;
  for (const step of ['data', ...path]) at = at[step] as Raw;
  return at['nodes'] as Raw[];
}

const orders = () => nodesOf('tienda-ejemplo.json', 'orders');
const money = (amount: unknown) => ({ shopMoney: { amount } });
const firstLine = (raw: Raw) => (raw['lineItems'] as { nodes: Raw[] }).nodes[0]!;

/** Each breaks one record in one way. */
const breakages: Readonly<Record<string, (raw: Raw) => void>> = {
  'a NUL character in a line': (raw) => (firstLine(raw)['name'] = 'Polera \u0000'),
  'half a surrogate pair in a name': (raw) => (raw['name'] = '#10\ud83d'),
  'NaN for an amount': (raw) => (raw['totalPriceSet'] = money('NaN')),
  'a number for an amount': (raw) => (raw['totalPriceSet'] = money(1990.5)),
  'an amount with an exponent': (raw) => (raw['totalPriceSet'] = money('1e9')),
  'a text for a flag': (raw) => (raw['test'] = 'false'),
  'a missing id': (raw) => delete raw['id'],
  'a foreign id': (raw) => (raw['id'] = '5840000001001'),
  'no date': (raw) => (raw['updatedAt'] = 'yesterday'),
  'half a piece': (raw) => (firstLine(raw)['quantity'] = 1.5),
  'lines that were not all read': (raw) => (raw['lineItems'] = { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'x' } }),
  'missing lines': (raw) => delete raw['lineItems'],
};

describe('an order that cannot be read', () => {
  for (const [what, breakIt] of Object.entries(breakages)) {
    test(`${what}: that order is rejected with a reason, the others arrive`, () => {
      const page = orders();
      const bad = page[1]!;
      breakIt(bad);
      const mapped = mapOrders(page, 'tienda');
      expect(mapped.rejects).toHaveLength(1);
      expect(mapped.rejects[0]).toMatchObject({ entity: 'order' });
      expect(mapped.rejects[0]!.reason).toMatch(/^[\w.]+: .+/);
      expect(mapped.drafts.filter(({ entity }) => entity === 'order')).toHaveLength(page.length - 1);
      expect(mapped.drafts.some((draft) => JSON.stringify(draft).includes('9000000000001'))).toBe(false);
    });
  }

  test('the rejected payload holds nothing personal', () => {
    const page = orders();
    page[1]!['test'] = 'false';
    const [reject] = mapOrders(page, 'tienda').rejects;
    expect(reject?.sourceId).toBe('5840000001001');
    expect(JSON.stringify(reject)).not.toMatch(/ejemplo\.cl|\+569/i);
    expect(reject?.payload).toMatchObject({ customer: { id: 'gid://shopify/Customer/6950000000001' } });
  });

  test('something that is no record at all is rejected too', () => {
    expect(mapOrders([null, 7, 'x', {}], 'tienda').rejects.map(({ sourceId }) => sourceId)).toEqual([null, null, null, null]);
  });
});

describe('transactions beyond what Shopify lists', () => {
  test('payments are not declared complete, and a notice says so', () => {
    const page = orders();
    page[1]!['transactionsCount'] = { count: 300 };
    const mapped = mapOrders(page, 'tienda');
    const order = mapped.drafts.find((draft) => draft.entity === 'order' && draft.sourceId === '5840000001001');
    expect(order?.complete).toEqual(['order_line', 'refund']);
    expect(mapped.notices?.map(({ code }) => code)).toEqual(['transactions_incomplete']);
  });
});

describe('products', () => {
  test('each variant is a product, as new as the younger of itself and its product', () => {
    const mapped = mapProducts(nodesOf('products.json', 'products'));
    expect(mapped.drafts.map(({ sourceId, sourceUpdatedAt, fields }) => ({ sourceId, sourceUpdatedAt, ...fields }))).toEqual([
      {
        sourceId: '44350000000001',
        sourceUpdatedAt: '2026-11-21T10:00:00Z',
        sku: 'POL-AUS-M',
        barcode: '7800000000012',
        name: 'Polera Austral - M',
        kind: 'storable',
        active: true,
        tracked: true,
        list_price: '23800',
        parent: '8120000000001',
      },
      expect.objectContaining({ sourceUpdatedAt: '2026-11-20T10:00:00Z', sku: null, name: 'Polera Austral - L', kind: 'consumable' }),
      expect.objectContaining({ name: 'Curso en línea', kind: 'service', active: false, barcode: null }),
      expect.objectContaining({ name: 'Gift Card - 20000', kind: 'gift_card' }),
    ]);
  });

  test('one bad variant costs no other', () => {
    const nodes = nodesOf('products.json', 'products');
    (nodes[0]!['variants'] as { nodes: Raw[] }).nodes[0]!['price'] = null;
    const mapped = mapProducts(nodes);
    expect(mapped.drafts).toHaveLength(3);
    expect(mapped.rejects).toMatchObject([{ entity: 'product', sourceId: '44350000000001' }]);
  });
});

describe('inventory levels', () => {
  const levels = () => nodesOf('inventory-levels.json', 'location', 'inventoryLevels');

  test('what is not available of what is there is reserved, oversold stays negative, untracked rows stay', () => {
    const mapped = mapInventoryLevels(levels());
    expect(mapped.drafts.map(({ sourceId, fields }) => ({ sourceId, ...fields }))).toEqual([
      {
        sourceId: '44350000000101@81200000001',
        product_id: '44350000000001',
        location_id: '81200000001',
        quantity_on_hand: '12',
        quantity_reserved: '3',
        quantity_available: '9',
        foreign_owner: false,
      },
      expect.objectContaining({ sourceId: '44350000000101@81200000002', quantity_available: '-2', quantity_reserved: '2' }),
      expect.objectContaining({ sourceId: '44350000000109@81200000001', quantity_available: '0' }),
    ]);
  });

  test('the count is the source’s own, so a level that did not come is noticed', () => {
    expect(mapInventoryLevels(levels()).counted).toBe(3);
    expect(mapInventoryLevels(levels().slice(1)).counted).toBe(3);
  });

  test('an item that belongs to no variant is rejected, not lost', () => {
    const nodes = levels();
    (nodes[0]!['item'] as Raw)['variants'] = { nodes: [] };
    const mapped = mapInventoryLevels(nodes);
    expect([mapped.drafts.length, mapped.rejects.length, mapped.counted]).toEqual([2, 1, 3]);
  });
});
