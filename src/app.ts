import { createHmac, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connector, Stream } from '#contract';
import { connectors } from '../connectors/registry.ts';
import type { DeliveryDeps } from './alerts/deliver.ts';
import { storedTargets, targetEntry } from './alerts/targets.ts';
import { clerkClient } from './clerk/client.ts';
import { syncUsers, type UserSync } from './clerk/sync-users.ts';
import type { Config } from './config.ts';
import { DASHBOARDS } from './dashboards/index.ts';
import type { JobDeps } from './jobs/job-deps.ts';
import type { Logger } from './log.ts';
import { applyMetabase } from './metabase/apply.ts';
import { Cleared, type EmbedDeps } from './metabase/embed.ts';
import { metabaseToLeave } from './metabase/leave.ts';
import { openMetabase } from './metabase/open-metabase.ts';
import type { Plan } from './metabase/plan.ts';
import type { MetabaseDeps } from './metabase/deps.ts';
import { metabaseSecrets } from './metabase-secrets.ts';
import { createHttp } from './outbound/http.ts';
import { printReport } from './reports/print-report.ts';
import { forgetLocalSecret, resolveSecret, type SecretSources } from './secrets.ts';
import { sourceAccess, type SourceAccess } from './source-access.ts';
import { SharedBudget } from './store/api-budget.ts';
import { Database } from './store/database.ts';
import { roleUrl } from './store/role-urls.ts';
import { observeTogether, type Observer } from './sync/observer.ts';
import { totalledRows } from './sync/their-totals.ts';
import type { SyncDeps } from './sync/run-sync.ts';
import { version } from './version.ts';

/** A warehouse and everything that works on it. */
export interface App extends JobDeps, SourceAccess {
  readonly config: Config;
  readonly log: Logger;
  readonly connectors: readonly Connector[];
  readonly directUrl: string;
  readonly queueUrl: string;
  readonly roleSecret: string;
  readonly secretSources: SecretSources;
  /** From now on it is told what runs of this process do. */
  observe(observer: Observer): void;
  /** Reads the users from Clerk; null without a key for it. */
  readonly readUsers: ((options: { readonly signal: AbortSignal; readonly acceptDeletions: boolean }) => Promise<UserSync>) | null;
  /** The Metabase of the configuration, for planning and applying. @throws MetabaseMissing when it, or its key, is not known */
  metabase(): Promise<MetabaseDeps>;
  /** The same for embedding. @throws MetabaseMissing also without an embedding secret */
  embedding(): Promise<EmbedDeps>;
  /** The key that a company's customers are made pseudonyms with. */
  identityKeyOf(tenantId: string): Buffer;
  close(): Promise<void>;
}

export interface Warehouse {
  /** May be a transaction pooler's. */
  readonly url: string;
  readonly directUrl: string;
  readonly roleSecret: string;
}

/** The registry, for commands that need no warehouse. */
export const allConnectors: readonly Connector[] = connectors;

/** The composition root: the only place that knows all layers and the registry, and hands each what it needs. */
export function openApp(config: Config, warehouse: Warehouse, log: Logger): App {
  const { timings } = config;
  const { roleSecret } = warehouse;
  const worker = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const db = new Database({
    url: roleUrl(warehouse.url, 'kpi_writer', roleSecret),
    maxConnections: config.workerConcurrency * 2 + 2,
    applicationName: 'kpi',
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  const budget = new SharedBudget(db, config.requestRate, (ms) => sleep(ms));
  const secretSources = { environment: process.env, secretsFolder: config.secretsFolder, home: config.home, vault: config.vault };
  const observers: Observer[] = [];
  const deps: SyncDeps = {
    db,
    observe: (run) => observeTogether(observers)(run),
    log,
    worker,
    release: version,
    timings: { ttlSeconds: timings.leaseTtlMs / 1000, renewSeconds: timings.leaseRenewMs / 1000 },
    now: () => new Date(),
    random: Math.random,
  };

  const identityKeyOf = (tenantId: string): Buffer => createHmac('sha256', roleSecret).update(`identity:${tenantId}`).digest();
  const sources = sourceAccess({ db, log, budget, connectors, secretSources, timings, identityKeyOf });

  const streamsWhere = (which: (stream: Stream<unknown>) => boolean) =>
    connectors.flatMap(({ id, streams }) => streams.filter(which).map(({ name }) => ({ source: id, stream: name })));

  const { webhook, link, intervalMs } = config.alerts;
  const delivery: DeliveryDeps = {
    db,
    log,
    now: () => new Date(),
    random: Math.random,
    targetOf: async (tenantId) => {
      const [stored] = await storedTargets(db, tenantId);
      if (stored === undefined) return webhook;
      const entry = targetEntry.safeParse(await resolveSecret(stored.secretRef, secretSources));
      if (entry.success) return entry.data;
      const faults = entry.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
      throw new Error(`${stored.secretRef}: ${faults.join('; ')}`);
    },
    httpTo: ({ url, secret }, ending) => {
      // The path of an n8n webhook is half a key.
      const secrets = [secret, new URL(url).pathname.slice(1)];
      log.hide(secrets);
      const policy = { timeoutMs: Math.min(timings.requestTimeoutMs, 15_000), maxWaitMs: 0 };
      return createHttp({ account: 'alerts', host: new URL(url).origin, lane: 'live', budget, log, signal: ending, secrets, policy });
    },
  };

  const { secretKey, apiUrl } = config.clerk;
  const readUsers: App['readUsers'] =
    secretKey === null
      ? null
      : ({ signal, acceptDeletions }) => {
          const policy = { timeoutMs: timings.requestTimeoutMs };
          const http = createHttp({
            account: 'clerk',
            host: new URL(apiUrl).origin,
            lane: 'live',
            budget,
            log,
            signal,
            secrets: [secretKey],
            policy,
          });
          return syncUsers({ db, log, now: deps.now, acceptDeletions, client: clerkClient(http, apiUrl, secretKey) });
        };
  const metabase: App['metabase'] = async () => {
    const { url, apiKey } = await metabaseSecrets(config);
    log.hide([apiKey]);
    const reach = { url: config.metabase?.databaseUrl ?? warehouse.directUrl, roleSecret };
    return openMetabase({ url, apiKey, db, dashboards: DASHBOARDS, reach, log });
  };
  const cleared = new Cleared();
  const embedding: App['embedding'] = async () => {
    const { embeddingSecret: secret, siteUrl } = await metabaseSecrets(config, { embedding: true });
    log.hide([secret]);
    return { ...(await metabase()), secret, siteUrl, now: deps.now, cleared };
  };
  log.hide([secretKey, config.clerk.webhookSecret].filter((secret) => secret !== null));

  return {
    config,
    log,
    connectors,
    directUrl: warehouse.directUrl,
    queueUrl: roleUrl(warehouse.directUrl, 'kpi_queue', roleSecret),
    roleSecret,
    secretSources,
    identityKeyOf,
    ...sources,
    db,
    sync: deps,
    alerts: { evaluation: { intervalSeconds: intervalMs / 1000, link }, delivery },
    sliceMs: timings.backfillSliceMs,
    reports: {
      print: async (tenantId, key, period) => {
        const dashboard = DASHBOARDS.find((one) => one.key === key);
        if (dashboard === undefined) throw new Error(`there is no dashboard "${key}" any more; remove its schedule`);
        const place = { db, directUrl: warehouse.directUrl, roleSecret, chromium: config.chromium };
        return printReport(place, { dashboard, tenantId, ...period });
      },
    },
    streamsOf: (source) => sources.connectorOf(source).streams.map((stream) => stream.name),
    ...(config.nightly
      ? {
          nightlyStreams: {
            swept: streamsWhere(({ deletions, listing }) => deletions === 'sweep' && listing !== undefined),
            compared: streamsWhere((stream) => totalledRows(stream) !== null),
          },
        }
      : {}),
    care: {
      queueUrl: roleUrl(warehouse.directUrl, 'kpi_queue', roleSecret),
      directUrl: warehouse.directUrl,
      roleSecret,
      release: version,
      exportsFolder: config.exportsFolder,
      forgetSecret: (reference) => forgetLocalSecret(reference, config.home),
      metabaseToLeave: (tenantId, leave) => metabaseToLeave(db, config.metabase === null ? null : metabase, tenantId, leave),
    },
    observe: (observer) => void observers.push(observer),
    readUsers,
    ...(readUsers === null ? {} : { syncUsers: (signal: AbortSignal) => readUsers({ signal, acceptDeletions: false }) }),
    metabase,
    embedding,
    ...(config.metabase === null
      ? {}
      : { applyDashboards: async (tenantId: string) => countOf(await applyMetabase(await metabase(), { tenantId })) }),
    close: () => db.close(),
  };
}

/** How many objects a run found to make, change, leave. */
function countOf({ items }: Plan): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
