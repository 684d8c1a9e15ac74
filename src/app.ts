import { createHmac, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckReport, Connector, ReadContext, Stream } from '#contract';
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
import { normalizer } from './normalize/normalize-draft.ts';
import { createHttpStats, type RequestEvent } from './outbound/http-stats.ts';
import { createHttp } from './outbound/http.ts';
import type { RetryPolicy } from './outbound/retry.ts';
import { secretValues } from './outbound/secret-values.ts';
import { printReport } from './reports/print-report.ts';
import { forgetLocalSecret, resolveSecret, type SecretSources } from './secrets.ts';
import { SharedBudget } from './store/api-budget.ts';
import { listConnections, type ConnectionRow } from './store/connections.ts';
import { Database } from './store/database.ts';
import { roleUrl } from './store/role-urls.ts';
import { tenantRut } from './store/tenants.ts';
import type { OpenSource } from './sync/backfill-slices.ts';
import { logWith, runFields } from './sync/run-log.ts';
import { observeTogether, type Observer } from './sync/observer.ts';
import { totalledRows } from './sync/their-totals.ts';
import type { SyncDeps, SyncJob } from './sync/run-sync.ts';
import { version } from './version.ts';

/** A warehouse and everything that works on it. */
export interface App extends JobDeps {
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
  /** Asks a source who we are and what we may see, before anything is stored. */
  check(connector: Connector, settings: Record<string, unknown>): Promise<CheckReport>;
  /** A connection's settings with its secrets. @throws SecretError */
  settingsOf(row: ConnectionRow): Promise<Record<string, unknown>>;
  /** @param signal ends it; default: after a minute */
  checkConnection(row: ConnectionRow, signal?: AbortSignal): Promise<CheckReport>;
  /** What a connector needs to be asked about a connection while a person waits: with few tries, so that a source that is away is soon told. */
  readonly openSource: OpenSource;
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

  const connectorOf = (source: string): Connector => {
    const found = connectors.find((connector) => connector.id === source);
    if (found === undefined) throw new Error(`there is no connector ${source}; there are: ${connectors.map((c) => c.id).join(', ')}`);
    return found;
  };

  const streamsWhere = (which: (stream: Stream<unknown>) => boolean) =>
    connectors.flatMap(({ id, streams }) => streams.filter(which).map(({ name }) => ({ source: id, stream: name })));

  const contextFor = (
    connector: Connector,
    settings: unknown,
    of: { readonly account: string; readonly lane: 'live' | 'backfill'; readonly fields: Readonly<Record<string, unknown>> },
    signal: AbortSignal,
    hurried: Partial<RetryPolicy> = {},
  ) => {
    let runId: string | undefined;
    const own = logWith(log, () => ({ run_id: runId, ...of.fields }));
    const secrets = secretValues(connector.settings, settings);
    log.hide(secrets);
    const counted = createHttpStats();
    const told: ((event: RequestEvent) => void)[] = [counted.record];
    const http = createHttp({
      account: of.account,
      host: connector.host(settings),
      lane: of.lane,
      budget,
      log: own,
      signal,
      secrets,
      onRequest: (event) => told.forEach((tell) => tell(event)),
      policy: { timeoutMs: timings.requestTimeoutMs, ...hurried },
    });
    const context: ReadContext<unknown> = { settings, http, now: () => new Date(), log: own, signal };
    const attach: SyncJob['attach'] = (id, tell) => {
      runId = id;
      told.push(tell);
    };
    return { context, stats: counted.stats, attach };
  };

  const settingsOf = async (row: ConnectionRow): Promise<Record<string, unknown>> => ({
    ...row.settings,
    ...(await resolveSecret(row.secret_ref, secretSources)),
  });

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
  const identityKeyOf = (tenantId: string): Buffer => createHmac('sha256', roleSecret).update(`identity:${tenantId}`).digest();

  const jobFor = async (
    tenantId: string,
    connectionId: string,
    streamName: string,
    lane: string,
    signal: AbortSignal,
  ): Promise<Omit<SyncJob, 'request'>> => {
    const row = (await listConnections(db, { tenantId, id: connectionId }))[0];
    if (row === undefined) throw new Error(`there is no connection ${connectionId} of tenant ${tenantId}`);
    const connector = connectorOf(row.source);
    const stream = connector.streams.find((s) => s.name === streamName);
    if (stream === undefined)
      throw new Error(`${row.source} has no stream ${streamName}; it has: ${connector.streams.map((s) => s.name).join(', ')}`);
    const settings = await settingsOf(row);
    const place = { tenantId, connectionId, stream: streamName, lane };
    const of = {
      account: row.account_key,
      lane: lane === 'live' ? ('live' as const) : ('backfill' as const),
      fields: runFields(place, row.source),
    };
    const { context, stats, attach } = contextFor(connector, settings, of, signal);
    return {
      place,
      source: row.source,
      stream,
      settings,
      http: context.http,
      stats,
      attach,
      normalize: normalizer({
        tenantId,
        connectionId,
        identityKey: identityKeyOf(tenantId),
        ownRut: await tenantRut(db, tenantId),
      }),
      sliceSeconds: timings.backfillSliceMs / 1000,
      signal,
    };
  };

  const check = (connector: Connector, settings: Record<string, unknown>, signal = AbortSignal.timeout(60_000)): Promise<CheckReport> =>
    connector.check(
      contextFor(connector, settings, { account: connector.accountKey(settings), lane: 'live', fields: { source: connector.id } }, signal)
        .context,
    );

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
    streamsOf: (source) => connectorOf(source).streams.map((stream) => stream.name),
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
    jobFor,
    observe: (observer) => void observers.push(observer),
    readUsers,
    ...(readUsers === null ? {} : { syncUsers: (signal: AbortSignal) => readUsers({ signal, acceptDeletions: false }) }),
    metabase,
    embedding,
    ...(config.metabase === null
      ? {}
      : { applyDashboards: async (tenantId: string) => countOf(await applyMetabase(await metabase(), { tenantId })) }),
    settingsOf,
    check: (connector, settings) => check(connector, settings),
    openSource: async (row, signal) => {
      const hurried = { timeoutMs: Math.min(timings.requestTimeoutMs, 20_000), maxWaitMs: 3000, maxTotalMs: 8000 };
      const fields = { tenant_id: row.tenant_id, source: row.source };
      const of = { account: row.account_key, lane: 'live', fields } as const;
      return contextFor(connectorOf(row.source), await settingsOf(row), of, signal, hurried).context;
    },
    checkConnection: async (row, signal) => check(connectorOf(row.source), await settingsOf(row), signal),
    close: () => db.close(),
  };
}

/** How many objects a run found to make, change, leave. */
function countOf({ items }: Plan): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
