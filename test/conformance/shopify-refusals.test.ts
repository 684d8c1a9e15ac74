import { describe, expect, test } from 'vitest';
import { shopify } from '../../connectors/shopify/index.ts';
import type { HttpAnswer } from '../../src/contract/index.ts';
import { failureOf, idsOf, open, orderOf, read, SCOPES, shopOf, TOKEN } from './shopify-shop.ts';

const AT = '2026-11-20T10:00:00Z';
const orders = (count: number) => Array.from({ length: count }, (_, index) => orderOf(index + 1, AT));
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const refused = (code: string, message = 'no', path: unknown[] = ['orders']) =>
  json({ data: null, errors: [{ message, path, extensions: { code } }] });
/** Page size a query asked for. */
const firstOf = (body: string) => (JSON.parse(body) as { variables?: { first?: number } }).variables?.first ?? 0;

describe('the cost bucket of the shop', () => {
  test('an empty bucket is waited for, and nothing is lost', async () => {
    const shop = await open(shopOf(orders(120)), { limits: { bucket: 700, restore: 3000 } });
    const pages = await read(shop, 'orders');
    expect(idsOf(pages, 'order')).toHaveLength(120);
    const asked = shop.sent.filter((body) => body.includes('OrdersPage')).length;
    expect(asked).toBeGreaterThan(pages.length);
  });

  test('a wait too long to hold a worker for ends the run, with the time to come back', async () => {
    const shop = await open(shopOf(orders(120)), { limits: { bucket: 700, restore: 1 } });
    const failure = await failureOf(read(shop, 'orders'));
    expect(failure).toMatchObject({ kind: 'transient', code: 'throttled' });
    expect(failure.retryAfterMs).toBeGreaterThan(60_000);
  });

  test('waiting ends at once when the run is stopped', async () => {
    const stop = new AbortController();
    const shop = await open(shopOf(orders(120)), { limits: { bucket: 700, restore: 12 }, signal: stop.signal });
    shop.between = () => {
      if (shop.sent.length > 3) setTimeout(() => stop.abort(new Error('stopped')), 5);
    };
    await expect(read(shop, 'orders')).rejects.toThrow('stopped');
  });
});

describe('pages that Shopify cannot make', () => {
  test('a page that costs too much is asked for at half its size', async () => {
    const shop = await open(shopOf(orders(60)));
    shop.instead = (body) => (body.includes('OrdersPage') && firstOf(body) > 4 ? refused('MAX_COST_EXCEEDED') : null);
    expect(new Set(idsOf(await read(shop, 'orders'), 'order')).size).toBe(60);
  });

  test('so is one at which Shopify fails inside', async () => {
    const shop = await open(shopOf(orders(60)));
    shop.instead = (body) => (body.includes('OrdersPage') && firstOf(body) > 10 ? refused('INTERNAL_SERVER_ERROR') : null);
    expect(idsOf(await read(shop, 'orders'), 'order')).toHaveLength(60);
  });

  test('a failure that does not go away is transient', async () => {
    const shop = await open(shopOf(orders(3)));
    shop.instead = (body) => (body.includes('OrdersPage') ? json({}, 502) : null);
    expect(await failureOf(read(shop, 'orders'))).toMatchObject({ kind: 'transient', status: 502 });
  });

  test('a stored place that Shopify no longer takes starts again at the last stamp seen', async () => {
    const shop = await open(shopOf(orders(60)));
    const [first] = await read(shop, 'orders');
    const walk = { ...(first!.cursor.walk as object), after: 'c29tZXdoZXJl' };
    const rest = await read(shop, 'orders', { kind: 'incremental', cursor: { ...first!.cursor, walk }, from: null });
    expect(new Set(idsOf(rest, 'order')).size).toBe(60);
  });
});

describe('what a person must mend', () => {
  const failures: readonly (readonly [what: string, answer: HttpAnswer, code: string])[] = [
    ['a frozen shop', json({ errors: 'Payment Required' }, 402), 'shop_frozen'],
    ['an app that was taken out', json({ errors: 'Forbidden' }, 403), 'forbidden'],
    ['a shop that does not exist', json({ errors: 'Not Found' }, 404), 'shop_not_found'],
    ['a locked shop', json({ errors: 'Locked' }, 423), 'shop_locked'],
    ['a shop that moved', { status: 301, headers: { location: 'https://other.myshopify.com/' }, body: '' }, 'shop_moved'],
    [
      'a missing scope',
      refused('ACCESS_DENIED', 'Access denied for orders field. Required access: `read_orders` access scope.'),
      'access_denied',
    ],
    ['a closed shop', refused('SHOP_INACTIVE'), 'shop_inactive'],
  ];
  test.each(failures)('%s', async (_what, answer, code) => {
    const shop = await open(shopOf(orders(1)));
    shop.instead = (body) => (body.includes('OrdersPage') ? answer : null);
    const failure = await failureOf(read(shop, 'orders'));
    expect(failure).toMatchObject({ kind: 'config', code });
    expect(failure.message).toMatch(/^shopify orders: /);
    expect(`${failure.message} ${failure.advice}`).not.toContain(TOKEN);
  });

  test('a missing scope is named', async () => {
    const shop = await open(shopOf(orders(1), { scopes: SCOPES.filter((scope) => scope !== 'read_products') }));
    const failure = await failureOf(read(shop, 'products'));
    expect(failure.message).toContain('read_products');
    expect(failure.advice).toContain('read_products');
  });

  test('a wrong token', async () => {
    const shop = await open(shopOf(orders(1)), { settings: { access_token: 'shpat_wrong' } });
    expect(await failureOf(read(shop, 'orders'))).toMatchObject({ kind: 'config', code: 'unauthorized', status: 401 });
  });

  test('an answer that is no GraphQL answer is transient, and nothing of it is quoted', async () => {
    const shop = await open(shopOf(orders(1)));
    shop.instead = (body) =>
      body.includes('OrdersPage') ? { status: 200, headers: { 'content-type': 'text/plain' }, body: 'secret words' } : null;
    const failure = await failureOf(read(shop, 'orders'));
    expect(failure.kind).toBe('transient');
    expect(failure.message).not.toContain('secret words');
  });
});

describe('buyers the app is not approved for', () => {
  test('orders come with the buyer’s id and nothing else of them', async () => {
    const shop = await open(shopOf(orders(2)));
    const denied = 'This app is not approved to access the emailAddress field.';
    shop.instead = (body) =>
      body.includes('"identity":true') ? refused('ACCESS_DENIED', denied, ['orders', 'nodes', 0, 'customer', 'defaultEmailAddress']) : null;
    const pages = await read(shop, 'orders');
    expect(idsOf(pages, 'customer').toSorted()).toEqual(['2', '3']);
    expect(pages.at(-1)?.notices?.map(({ code }) => code)).toEqual(['customers']);
  });
});

describe('checking a connection', () => {
  test('a good one has no findings and names the account', async () => {
    const shop = await open(shopOf([]));
    expect(await shopify.check(shop.context)).toEqual({ account: 'prueba.myshopify.com', version: '2026-10', findings: [] });
  });

  test('a wrong token is a finding, not a crash', async () => {
    const shop = await open(shopOf([]), { settings: { access_token: 'shpat_wrong' } });
    const report = await shopify.check(shop.context);
    expect(report.account).toBeNull();
    expect(report.findings).toMatchObject([{ level: 'error', code: 'unauthorized' }]);
  });

  test('missing scopes are told with what will be absent', async () => {
    const shop = await open(shopOf([], { scopes: ['read_orders', 'write_products', 'read_locations'] }));
    const { findings } = await shopify.check(shop.context);
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'error missing_scope',
      'warning missing_scope_read_all_orders',
      'warning missing_scope_read_customers',
      'warning missing_scope_read_shopify_payments_payouts',
    ]);
    expect(findings[0]?.message).toContain('read_inventory');
  });

  test('the token of another shop is found out', async () => {
    const shop = await open(shopOf([]), { settings: { shop_domain: 'Otra.myshopify.com' } });
    expect((await shopify.check(shop.context)).findings).toMatchObject([{ level: 'error', code: 'other_shop' }]);
  });
});

describe('client credentials', () => {
  const credentials = { access_token: undefined, client_id: 'prueba.myshopify.com', client_secret: TOKEN };

  test('a token is fetched once and used for every request', async () => {
    const shop = await open(shopOf(orders(40)), { settings: credentials });
    expect(idsOf(await read(shop, 'orders'), 'order')).toHaveLength(40);
    await read(shop, 'locations');
    expect(shop.sent.filter((body) => body.includes('client_credentials'))).toHaveLength(1);
  });

  test('a token that ended early is fetched anew', async () => {
    const shop = await open(shopOf(orders(1)), { settings: credentials });
    await read(shop, 'locations');
    let refusals = 1;
    shop.instead = (body) => (body.includes('query') && refusals-- > 0 ? json({ errors: 'Invalid API key' }, 401) : null);
    await read(shop, 'locations');
    expect(shop.sent.filter((body) => body.includes('client_credentials'))).toHaveLength(2);
  });

  test('wrong ones are for a person to mend', async () => {
    const shop = await open(shopOf(orders(1)), { settings: { ...credentials, client_secret: 'wrong-secret' } });
    const failure = await failureOf(read(shop, 'locations'));
    expect(failure).toMatchObject({ kind: 'config', code: 'app_not_installed' });
    expect(failure.message).not.toContain('wrong-secret');
  });
});
