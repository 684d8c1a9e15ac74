import { growChatwoot } from '../../../src/sandbox/chatwoot/grow.ts';
import { startChatwoot } from '../../../src/sandbox/chatwoot/server.ts';
import { growN8n } from '../../../src/sandbox/n8n/grow.ts';
import { startN8n } from '../../../src/sandbox/n8n/server.ts';
import { startOdoo } from '../../../src/sandbox/odoo/server.ts';
import { startShopify } from '../../../src/sandbox/shopify/server.ts';
import { growCommerce } from '../../../src/sandbox/world/commerce.ts';
import type { Shop } from '../../../src/sandbox/world/shop-model.ts';
import { growShop } from '../../../src/sandbox/world/shop.ts';

/*
 * The four sources of many companies, as a process of its own: each company has its shop, its Odoo database and its Chatwoot account, and all of
 * them share one n8n, as companies do. What they hold is one company's, grown once. Tells where everything is, then serves until its parent
 * goes. A message to it asks how many requests it has served. Given "shop", it has a shop alone, with all the orders: a long history fits in
 * memory then.
 */
const [tenants = 1, orders = 100] = process.argv.slice(2).map(Number);
const alone = process.argv[4] === 'shop';
const seed = 1;
/** Two years, so that no slice is busier than another and their rates can be compared. */
const STEADY_DAYS = 730;
const anchor = `${new Date().toISOString().slice(0, 13)}:00:00Z`;
const clock = () => new Date();
const each = Array.from({ length: tenants }, (_, i) => i);

const commerce = growCommerce({ seed, anchor, orders: alone ? 100 : orders });
const shop = alone ? longHistory() : commerce.shops[0]!;
const odoo = commerce.odoos[0]!;
const user = odoo.users[0]!;
const support = growChatwoot({
  seed,
  anchor: new Date(anchor),
  accounts: [{ accountId: 1, timeZone: 'America/Santiago', conversations: alone ? 20 : Math.max(20, Math.round(orders / 4)) }],
});
const account = support.accounts[0]!;
const instance = growN8n({
  seed,
  anchor,
  instance: 'flujos',
  tenants: each.map((i) => ({ tag: `tenant:t${i}`, executions: 40 })),
});

const shops = each.map((i) => ({ ...shop, domain: `tienda-${i}.myshopify.com` }));
const shopify = await startShopify({ shops, clock, still: true, limits: { bucket: 1e9, restore: 1e9 } });
const erp = await startOdoo({ databases: each.map((i) => ({ ...odoo, name: `empresa_${i}` })), clock });
const accounts = each.map((i) => ({ ...account, id: i + 1 }));
const chatwoot = await startChatwoot({ installation: { ...support, accounts }, clock, limits: { requestsPerMinute: 1e9 } });
const n8n = await startN8n({ instance, clock });
const token = account.users.find(({ role }) => role === 'administrator')!.accessToken;

process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.([shopify, erp, chatwoot, n8n].reduce((sum, server) => sum + server.requests(), 0)));
const firstOrderAt = shop.orders.reduce((first, { createdAt }) => (createdAt < first ? createdAt : first), anchor);
process.send?.({
  firstOrderAt,
  accounts: each.map((i) => ({
    shopify: { shop_domain: shops[i]!.domain, access_token: shop.accessToken, api_base_url: shopify.url },
    odoo: { base_url: erp.url, db: `empresa_${i}`, username: user.login, api_key: user.apiKey, company_id: user.companyIds.join(',') },
    chatwoot: { base_url: chatwoot.url, account_id: String(i + 1), api_access_token: token },
    n8n: { base_url: n8n.url, api_key: instance.apiKey, tag: `tenant:t${i}` },
  })),
});

function longHistory(): Shop {
  const plan = { recentAges: [], lost: 0, lateReturns: 0, terms: { currency: 'CLP', taxesIncluded: true, taxRate: '0.19' } } as const;
  return growShop({
    ...plan,
    seed,
    anchor,
    domain: 'larga.myshopify.com',
    name: 'Historia larga',
    timeZone: 'America/Santiago',
    orders,
    steadyDays: STEADY_DAYS,
  }).shop;
}
