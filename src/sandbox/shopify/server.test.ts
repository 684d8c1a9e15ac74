import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SandboxServer } from '../http-server.ts';
import type { Shop, ShopOrder } from '../world/shop-model.ts';
import type { CostLimits } from './cost-bucket.ts';
import { startShopify } from './server.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const ALL = ['read_orders', 'read_all_orders', 'read_products', 'read_inventory', 'read_locations', 'read_customers'];

function orderOf(id: number, at: string): ShopOrder {
  return {
    id,
    number: id,
    name: `#${id}`,
    createdAt: at,
    processedAt: at,
    updatedAt: at,
    cancelledAt: null,
    cancelReason: null,
    closedAt: null,
    test: false,
    edited: true,
    edit: null,
    financialStatus: 'PAID',
    fulfillmentStatus: 'FULFILLED',
    sourceName: 'web',
    appName: null,
    customerId: null,
    guest: null,
    taxId: null,
    taxIdIn: 'localized field',
    lines: [
      {
        id: id * 10,
        productId: null,
        variantId: null,
        sku: null,
        title: 'Polera',
        quantity: 3,
        currentQuantity: 1,
        unitPrice: 11_900,
        discount: 3000,
        isGiftCard: false,
        tax: 5221,
        otherTax: 0,
        taxRate: '0.19',
      },
    ],
    shippingLines: [{ id: id * 10 + 1, title: 'Despacho', price: 2990, discount: 990, tax: 319 }],
    tip: 500,
    transactions: [
      {
        id: id * 10 + 2,
        kind: 'SALE',
        status: 'SUCCESS',
        gateway: 'webpay',
        amount: 35_200,
        createdAt: at,
        processedAt: at,
        parentId: null,
      },
      {
        id: id * 10 + 3,
        kind: 'REFUND',
        status: 'FAILURE',
        gateway: 'webpay',
        amount: 900,
        createdAt: at,
        processedAt: at,
        parentId: null,
      },
    ],
    refunds: [],
  };
}

function shopOf(over: Partial<Shop> = {}): Shop {
  return {
    domain: 'prueba.myshopify.com',
    name: 'Prueba',
    accessToken: 'token-prueba',
    currency: 'CLP',
    timeZone: 'America/Santiago',
    taxesIncluded: true,
    scopes: ALL,
    createdAt: '2026-01-01T00:00:00Z',
    locations: [],
    products: [],
    inventory: [],
    customers: [],
    orders: [orderOf(1, '2026-11-20T10:00:00.900Z'), orderOf(2, '2026-08-01T10:00:00Z'), orderOf(3, '2026-11-20T10:00:00Z')],
    checkouts: [],
    payments: null,
    ...over,
  };
}

let server: SandboxServer;
const start = async (shop: Shop, limits?: CostLimits) => {
  server = await startShopify({ shops: [shop], clock: () => NOW, ...(limits === undefined ? {} : { limits }) });
};
beforeEach(() => start(shopOf()));
afterEach(() => server.close());

async function post(path: string, body: unknown, token: string | null = 'token-prueba') {
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { 'x-shopify-access-token': token }) };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

async function ask(query: string, variables: Record<string, unknown> = {}, version = '2026-10') {
  const answer = await post(`/admin/api/${version}/graphql.json`, { query, variables });
  return {
    ...answer,
    body: JSON.parse(answer.text) as { data?: never; errors?: { message: string; extensions?: { code?: string } }[]; extensions?: never },
  };
}

const names =
  'query Q($query: String, $after: String) { orders(first: 2, after: $after, query: $query, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor } nodes { name updatedAt } } }';

describe('what is asked for', () => {
  test('orders come sorted by stamp and id, with whole seconds, and the cursor goes on behind the last one', async () => {
    const first = (await ask(names)).body as never as {
      data: { orders: { nodes: unknown[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
    };
    expect(first.data.orders.nodes).toEqual([
      { name: '#2', updatedAt: '2026-08-01T10:00:00Z' },
      { name: '#1', updatedAt: '2026-11-20T10:00:00Z' },
    ]);
    const rest = (await ask(names, { after: first.data.orders.pageInfo.endCursor })).body as never as typeof first;
    expect(rest.data.orders).toMatchObject({ nodes: [{ name: '#3' }], pageInfo: { hasNextPage: false } });
  });

  test('> and < include their bound', async () => {
    const { body } = await ask(names, { query: "updated_at:>'2026-08-01T10:00:00Z' AND updated_at:<'2026-08-01T10:00:00Z'" });
    expect(body.data).toMatchObject({ orders: { nodes: [{ name: '#2' }] } });
  });

  test('a filter the real search would ignore is refused', async () => {
    for (const query of ['updated_at:>=2026-08-01T10:00:00Z', 'nombre:x', "updated_at:>='2026-08-01'", 'anything']) {
      expect((await ask(names, { query })).body.errors?.[0]?.message).toMatch(/search term/);
    }
  });

  test('totals are before returns and still hold what an edit removed; current ones do not', async () => {
    const fields = [
      'totalPriceSet',
      'currentTotalPriceSet',
      'totalTaxSet',
      'totalReceivedSet',
      'totalRefundedSet',
      'totalDiscountsSet',
      'totalTipReceivedSet',
    ];
    const { body } = await ask(
      `{ order(id: "gid://shopify/Order/1") { ${fields.map((f) => `${f} { shopMoney { amount } }`).join(' ')} } }`,
    );
    const { order } = (body as never as { data: { order: Record<string, { shopMoney: { amount: string } }> } }).data;
    expect(fields.map((field) => order[field]?.shopMoney.amount)).toEqual([
      '35200.0',
      '13400.0',
      '5540.0',
      '35200.0',
      '0.0',
      '3990.0',
      '500.0',
    ]);
  });

  test('dollars keep their cents and no more zeros than one', async () => {
    await server.close();
    await start(shopOf({ currency: 'USD' }));
    const { body } = await ask(
      '{ order(id: "gid://shopify/Order/1") { lineItems(first: 1) { nodes { originalUnitPriceSet { shopMoney { amount currencyCode } } taxLines { priceSet { shopMoney { amount } } } } } } }',
    );
    expect(JSON.stringify(body.data)).toContain('{"amount":"119.0","currencyCode":"USD"}');
    expect(JSON.stringify(body.data)).toContain('"52.21"');
  });
});

describe('what is withheld', () => {
  test('without read_all_orders old orders are not there, and nothing says so', async () => {
    await server.close();
    await start(shopOf({ scopes: ALL.filter((scope) => scope !== 'read_all_orders') }));
    const { body } = await ask(names);
    expect(body).not.toHaveProperty('errors');
    expect(body.data).toMatchObject({ orders: { nodes: [{ name: '#1' }, { name: '#3' }] } });
  });

  test('without a scope the error names it', async () => {
    await server.close();
    await start(shopOf({ scopes: [] }));
    const { status, body } = await ask(names);
    expect(status).toBe(200);
    expect(body.errors?.[0]).toMatchObject({
      path: ['orders'],
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_orders` access scope.' },
    });
  });

  test('a wrong token, a missing one and an unknown path', async () => {
    expect((await post('/admin/api/2026-10/graphql.json', { query: '{ shop { id } }' }, 'other')).status).toBe(401);
    expect((await post('/admin/api/2026-10/graphql.json', { query: '{ shop { id } }' }, null)).status).toBe(401);
    expect((await post('/admin/api/2026-10/orders.json', {})).status).toBe(404);
  });

  test('a version that ended falls forward, told by a header only', async () => {
    expect((await ask('{ shop { id } }')).headers.get('x-shopify-api-version')).toBe('2026-10');
    expect((await ask('{ shop { id } }', {}, '2024-01')).headers.get('x-shopify-api-version')).toBe('2026-01');
  });
});

describe('what it costs', () => {
  const costOf = (body: unknown) =>
    (body as { extensions: { cost: { requestedQueryCost: number; actualQueryCost: number | null } } }).extensions.cost;

  test('nesting multiplies, page size hardly matters, money is free', async () => {
    const nested = (first: number) =>
      `{ orders(first: ${first}) { nodes { totalPriceSet { shopMoney { amount } } lineItems(first: 10) { nodes { id } } } } }`;
    expect(costOf((await ask(nested(10))).body).requestedQueryCost).toBe(2 + 4 * (1 + 2 + 4));
    expect(costOf((await ask(nested(250))).body).requestedQueryCost).toBe(2 + 11 * (1 + 2 + 4));
    expect(costOf((await ask(nested(250))).body).actualQueryCost).toBe(2 + 2 * (1 + 2 + 4));
  });

  test('an empty bucket throttles with status 200, a dear query is refused, more than 250 at once too', async () => {
    await server.close();
    await start(shopOf(), { bucket: 30, restore: 0.001 });
    const query = '{ orders(first: 10) { nodes { lineItems(first: 10) { nodes { id } } } } }';
    expect((await ask(query)).body).toHaveProperty('data');
    const second = await ask(query);
    expect(second.status).toBe(200);
    expect(second.body.errors?.[0]).toMatchObject({ message: 'Throttled', extensions: { code: 'THROTTLED' } });
    expect(costOf(second.body).actualQueryCost).toBeNull();
    const dear =
      '{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { taxLines { title } variant { id inventoryItem { id variants(first: 250) { nodes { id } } } } } } } } }';
    expect((await ask(dear)).body.errors?.[0]?.extensions?.code).toBe('MAX_COST_EXCEEDED');
    expect((await ask('{ locations(first: 251) { nodes { id } } }')).body.errors?.[0]?.message).toMatch(/between 1 and 250/);
  });
});

describe('client credentials', () => {
  test('the domain and the token of a shop give a token; anything else a page of HTML with 400', async () => {
    const body = { client_id: 'prueba.myshopify.com', client_secret: 'token-prueba', grant_type: 'client_credentials' };
    const granted = await post('/admin/oauth/access_token', body, null);
    expect(JSON.parse(granted.text)).toEqual({ access_token: 'token-prueba', scope: ALL.join(','), expires_in: 86_399 });
    const refused = await post('/admin/oauth/access_token', { ...body, client_secret: 'wrong' }, null);
    expect([refused.status, refused.text.slice(0, 6)]).toEqual([400, '<html>']);
  });
});
