import type { App } from '../app.ts';
import type { DoctorDeps, MetabaseLook } from '../doctor/deps.ts';
import { planMetabase } from '../metabase/plan.ts';
import { unlimitedBudget } from '../outbound/budget.ts';
import { createHttp } from '../outbound/http.ts';
import { resolveSecret } from '../secrets.ts';
import { rolePassword, roleUrl, serviceRoles } from '../store/role-urls.ts';

/** What the checks of `kpi doctor` look at, from the parts of the application. @param seconds longest time for one check */
export function doctorDeps(app: App, tenantId: string | null, seconds: number): DoctorDeps {
  const { directUrl, roleSecret, config } = app;
  const limitMs = Math.min(seconds * 1000, 10_000);
  return {
    db: app.db,
    urls: {
      direct: directUrl,
      roles: Object.fromEntries(serviceRoles.map((role) => [role, roleUrl(directUrl, role, roleSecret)])) as DoctorDeps['urls']['roles'],
    },
    tenantId,
    limitMs,
    now: () => new Date(),
    deadWorkerSeconds: config.timings.deadWorkerMs / 1000,
    maxBytes: config.databaseMaxBytes,
    roleSecret,
    secretsOf: (row) => resolveSecret(row.secret_ref, app.secretSources),
    checkConnection: (row, signal) => app.checkConnection(row, signal),
    headersOf: async (origin, signal) => {
      const policy = { timeoutMs: limitMs, maxWaitMs: 0 };
      const http = createHttp({
        account: 'doctor',
        host: origin,
        lane: 'live',
        budget: unlimitedBudget,
        log: app.log,
        signal,
        secrets: [],
        policy,
      });
      return (await http(origin, { classify: () => 'ok' })).headers;
    },
    alertTargetOf: (id) => app.alerts.delivery.targetOf(id),
    metabase: config.metabase === null ? null : () => lookAtMetabase(app),
  };
}

async function lookAtMetabase(app: App): Promise<MetabaseLook> {
  const deps = await app.metabase();
  return {
    healthy: async () => {
      await deps.client.currentUser();
      return deps.client.healthy();
    },
    differences: async (tenantId) => (await planMetabase(deps, tenantId === null ? 'executive' : { tenantId })).differences,
  };
}

/** Secrets that are known before anything is asked; what is looked up on the way is hidden by who looks it up. */
export function knownSecrets({ roleSecret, directUrl, config }: App): string[] {
  const { vault, clerk, metabase, alerts } = config;
  const passwords = [directUrl, config.database?.url].map((url) => (url === undefined ? null : decodeURIComponent(new URL(url).password)));
  const derived = serviceRoles.map((role) => rolePassword(roleSecret, role));
  const more = [vault?.token, clerk.secretKey, clerk.webhookSecret, metabase?.apiKey, metabase?.embeddingSecret, alerts.webhook?.secret];
  const path = alerts.webhook === null ? null : new URL(alerts.webhook.url).pathname.slice(1);
  return [roleSecret, ...derived, ...passwords, ...more, path].filter((one): one is string => typeof one === 'string' && one !== '');
}
