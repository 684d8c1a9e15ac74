import { growChatwoot } from '../../src/sandbox/chatwoot/grow.ts';
import { startChatwoot } from '../../src/sandbox/chatwoot/server.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import { growN8n } from '../../src/sandbox/n8n/grow.ts';
import { startN8n } from '../../src/sandbox/n8n/server.ts';
import { startOdoo } from '../../src/sandbox/odoo/server.ts';
import { startShopify } from '../../src/sandbox/shopify/server.ts';
import { growCommerce } from '../../src/sandbox/world/commerce.ts';

/** The instant all worlds of this suite end at. */
export const ANCHOR = new Date('2026-11-23T12:00:00Z');

/** A simulated source with something in every stream, and what a person would type to connect to it. */
export interface Sandbox {
  readonly server: SandboxServer;
  readonly settings: Readonly<Record<string, unknown>>;
}

const clock = () => ANCHOR;
/** One tenant's shop and ERP; grown anew for each server, because servers share and change their model. */
const commerce = () => growCommerce({ seed: 3, anchor: ANCHOR.toISOString(), orders: 120 });
const plenty = { requestsPerMinute: 1_000_000 };

/** One entry per connector of the registry, by its id: this is all a new connector adds to the suite. */
export const sandboxes: Readonly<Record<string, () => Promise<Sandbox>>> = {
  async chatwoot() {
    const accounts = [
      { accountId: 7, timeZone: 'America/Santiago', conversations: 40 },
      { accountId: 9, timeZone: 'America/New_York', conversations: 20 },
    ];
    const installation = growChatwoot({ seed: 3, anchor: ANCHOR, accounts });
    const server = await startChatwoot({ installation, clock, limits: { ...plenty, pageSize: 10 } });
    const token = installation.accounts[0]?.users[0]?.accessToken;
    return { server, settings: { base_url: server.url, account_id: 7, api_access_token: token } };
  },
  async n8n() {
    const tenants = [
      { tag: 'tenant:uno', executions: 120 },
      { tag: 'tenant:dos', executions: 80 },
    ];
    const instance = growN8n({ seed: 3, anchor: ANCHOR.toISOString(), instance: 'flujos', tenants });
    const server = await startN8n({ instance, clock });
    return { server, settings: { base_url: server.url, api_key: instance.apiKey, tag: 'tenant:uno' } };
  },
  async odoo() {
    const database = commerce().odoos[0]!;
    const server = await startOdoo({ databases: [database], clock });
    const { login, apiKey, companyIds } = database.users[0]!;
    return {
      server,
      settings: { base_url: server.url, db: database.name, username: login, api_key: apiKey, company_id: companyIds.join(',') },
    };
  },
  async shopify() {
    const [first, ...others] = commerce().shops;
    // A shop in Chile has no card payments of its own: it borrows those of another one, so that every stream has something.
    const shops = [{ ...first!, payments: others.find(({ payments }) => payments !== null)!.payments }, ...others];
    const server = await startShopify({ shops, clock, limits: { bucket: 1e9, restore: 1e9 } });
    const { domain, accessToken } = shops[0]!;
    return { server, settings: { shop_domain: domain, access_token: accessToken, api_base_url: server.url } };
  },
};
