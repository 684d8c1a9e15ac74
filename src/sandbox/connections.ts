import type { World } from './world/world.ts';
import { companiesOf } from './world/reporting.ts';

/** One account as `kpi connect` takes it: settings as text, keys included. */
export interface SandboxConnection {
  readonly rut: string;
  readonly source: 'shopify' | 'odoo' | 'chatwoot' | 'n8n';
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

type Urls = Readonly<Record<SandboxConnection['source'], { readonly url: string }>>;

/** Every account of every tenant, with the key of the user made for it. */
export function connectionsTo(world: World, servers: Urls): SandboxConnection[] {
  return world.tenants.flatMap((tenant) => [
    ...shopConnections(world, tenant, servers.shopify.url),
    ...odooConnection(world, tenant, servers.odoo.url),
    ...chatwootConnection(world, tenant, servers.chatwoot.url),
    ...n8nConnection(world, tenant, servers.n8n.url),
  ]);
}

type Tenant = World['tenants'][number];

function shopConnections(world: World, { rut, shops }: Tenant, url: string): SandboxConnection[] {
  return shops.flatMap(({ domain, prefixes, stores }) =>
    world.shops
      .filter((shop) => shop.domain === domain)
      .map(({ name, accessToken }) => ({
        rut,
        source: 'shopify',
        name,
        settings: {
          shop_domain: domain,
          access_token: accessToken,
          api_base_url: url,
          reference_prefixes: prefixes.join(','),
          erp_stores: stores.join(','),
        },
      })),
  );
}

function odooConnection(world: World, tenant: Tenant, url: string): SandboxConnection[] {
  const companies = companiesOf(tenant);
  const database = world.odoos.find(({ name }) => name === tenant.odoo?.database);
  // The user who may see these companies and no other.
  const user = database?.users.find(
    ({ companyIds }) => companyIds.length === companies.length && companyIds.every((id) => companies.includes(id)),
  );
  if (database === undefined || user === undefined) return [];
  const settings = { base_url: url, db: database.name, username: user.login, api_key: user.apiKey, company_id: companies.join(',') };
  return [{ rut: tenant.rut, source: 'odoo', name: `Odoo ${database.name}`, settings }];
}

function chatwootConnection(world: World, { rut, chatwoot }: Tenant, url: string): SandboxConnection[] {
  const account = world.chatwoot.accounts.find(({ id }) => id === chatwoot);
  const administrator = account?.users.find(({ role }) => role === 'administrator');
  if (account === undefined || administrator === undefined) return [];
  const { botUserIds, whatsappInboxIds } = account.settings;
  const settings = {
    base_url: url,
    account_id: String(account.id),
    api_access_token: administrator.accessToken,
    bot_user_ids: botUserIds.join(','),
    whatsapp_inbox_ids: whatsappInboxIds.join(','),
  };
  return [{ rut, source: 'chatwoot', name: `Chatwoot ${account.id}`, settings }];
}

function n8nConnection(world: World, { rut, n8n }: Tenant, url: string): SandboxConnection[] {
  if (n8n === null) return [];
  return [{ rut, source: 'n8n', name: `n8n ${n8n.instance}`, settings: { base_url: url, api_key: world.n8n.apiKey, tag: n8n.tag } }];
}
