import type { App } from '../app.ts';
import { warehouseState } from '../store/warehouse-state.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { version } from '../version.ts';

/** Prometheus scrapes every 15 s or more seldom; two servers behind one address then ask once each. */
const CACHE_MS = 10_000;

/**
 * Metrics of this process, told from now on what its runs do. The library is loaded here, so that other commands do not wait for it.
 * @param options.state whether they also say what the database says of all processes together
 */
export async function openMetrics(app: App, options: { readonly state: boolean }): Promise<Metrics> {
  const { createMetrics } = await import('../telemetry/metrics.ts');
  const { db, log, config } = app;
  const metrics = createMetrics({
    version,
    state: options.state
      ? {
          read: () => warehouseState(db),
          cacheMs: CACHE_MS,
          tenants: config.metricsTenants,
          deadWorkerSeconds: config.timings.deadWorkerMs / 1000,
          onError: (error) => log.warn({ err: error }, 'the database did not answer for metrics'),
        }
      : null,
  });
  app.observe(metrics.observe);
  return metrics;
}
