import { expectedDocuments } from './expected-documents.ts';
import { expectedCustomers } from './expected-customers.ts';
import { expectedMasters } from './expected-masters.ts';
import { expectedPayments } from './expected-payments.ts';
import { expectedPayouts } from './expected-payouts.ts';
import { expectedStockHistory } from './expected-stock-history.ts';
import { expectedSales } from './expected-sales.ts';
import { expectedChatwoot } from '../chatwoot/expected.ts';
import { expectedClerk } from '../clerk/expected.ts';
import { expectedN8n } from '../n8n/expected.ts';
import type { ExpectedRow } from './model.ts';
import type { TenantSources } from './sales-ledger.ts';
import type { World } from './world.ts';

/**
 * What the warehouse must hold, row by row, by an own reading of the rules: nothing here is shared with the code that fills
 * it. Rows come one by one, so that a big world needs no more memory than a small one.
 */
export function* expectedRows(world: World): Generator<ExpectedRow> {
  for (const tenant of world.tenants) {
    const { rut, timeZone } = tenant;
    const sources = sourcesOf(world, tenant.rut);
    yield* expectedSales(sources);
    yield* expectedMasters(sources);
    if (sources.database !== null) {
      yield* expectedDocuments(tenant, sources.database);
      yield* expectedPayments(tenant, sources.database);
    }
    yield* expectedPayouts(sources);
    yield* expectedStockHistory(sources);
    yield* expectedCustomers(sources);
    if (tenant.chatwoot !== null) yield* expectedChatwoot(world.chatwoot, tenant.chatwoot, rut, timeZone);
    yield* expectedClerk(world.clerk, tenant);
    if (tenant.n8n !== null) yield* expectedN8n(world.n8n, tenant.n8n.tag, rut, timeZone);
  }
}

/** The commerce systems of one tenant. */
export function sourcesOf(world: Pick<World, 'tenants' | 'shops' | 'odoos' | 'anchor'>, rut: string): TenantSources {
  const tenant = world.tenants.find((each) => each.rut === rut);
  if (tenant === undefined) throw new Error(`the world has no tenant ${rut}`);
  return {
    tenant,
    shops: tenant.shops.flatMap(({ domain }) => world.shops.filter((shop) => shop.domain === domain)),
    database: world.odoos.find(({ name }) => name === tenant.odoo?.database) ?? null,
    anchor: world.anchor,
  };
}
