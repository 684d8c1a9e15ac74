import type { App } from '../../../src/app.ts';
import { listTenants } from '../../../src/store/tenants.ts';
import { planBackfills } from '../../../src/sync/plan-backfills.ts';
import { addCompany, BenchSources } from './sources.ts';

export interface Planning {
  readonly tenants: number;
  readonly backfills: number;
  readonly slices: number;
  readonly seconds: number;
  readonly requests: number;
  /** Streams whose source counts nothing (payouts of Shopify). */
  readonly uncounted: number;
}

/** Plans two years of every stream of so many companies with four sources each, once, as an operator would. */
export async function timePlanning(app: App, tenants: number): Promise<Planning> {
  const sources = await BenchSources.start(tenants, 200);
  try {
    for (const [i, accounts] of sources.accounts.entries()) await addCompany(app, i, accounts, ['shopify', 'odoo', 'chatwoot', 'n8n']);
    const deps = {
      db: app.db,
      connectors: app.connectors,
      openSource: app.openSource,
      now: () => new Date(),
      requestsPerSecond: app.config.requestRate.perSecond,
    };
    const names = { from: '--from', until: '--until' };
    const from = new Date(Date.now() - 2 * 365 * 86_400_000).toISOString();
    const wish = { tenants: await listTenants(app.db), from, sliceDays: 30, onlyMissing: false, names };
    const before = await sources.requests();
    const started = performance.now();
    const plan = await planBackfills(deps, wish, new AbortController().signal);
    const seconds = Math.round(performance.now() - started) / 1000;
    const requests = (await sources.requests()) - before;
    // A plan that could not ask is fast, and worth nothing.
    const failed = plan.backfills.find(({ problem }) => problem !== null);
    if (failed !== undefined) throw new Error(`${failed.source} ${failed.stream} could not be counted: ${failed.problem!}`);
    return {
      tenants,
      backfills: plan.backfills.length,
      slices: plan.backfills.reduce((sum, { slices }) => sum + slices.length, 0),
      seconds,
      requests,
      uncounted: plan.backfills.filter(({ records }) => records === null).length,
    };
  } finally {
    sources.close();
  }
}
