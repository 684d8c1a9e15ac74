import type { CheckReport, Connector, ReadContext } from '#contract';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { normalizer } from './normalize/normalize-draft.ts';
import type { RequestBudget } from './outbound/budget.ts';
import { createHttpStats, type RequestEvent } from './outbound/http-stats.ts';
import { createHttp } from './outbound/http.ts';
import type { RetryPolicy } from './outbound/retry.ts';
import { secretValues } from './outbound/secret-values.ts';
import { resolveSecret, type SecretSources } from './secrets.ts';
import { listConnections, type ConnectionRow } from './store/connections.ts';
import type { Database } from './store/database.ts';
import { tenantRut } from './store/tenants.ts';
import type { OpenSource } from './sync/backfill-slices.ts';
import { logWith, runFields } from './sync/run-log.ts';
import type { SyncJob } from './sync/run-sync.ts';

/** How connectors are given what they may use: settings with secrets, and HTTP within the account's budget. */
export interface SourceAccess {
  /** @throws when there is no such connector */
  connectorOf(source: string): Connector;
  /** A connection's settings with its secrets. @throws SecretError */
  settingsOf(row: ConnectionRow): Promise<Record<string, unknown>>;
  /** Everything one lane of one stream needs. @throws SecretError; when there is no such connection or stream */
  jobFor(tenantId: string, connectionId: string, stream: string, lane: string, signal: AbortSignal): Promise<Omit<SyncJob, 'request'>>;
  /** Asks a source who we are and what we may see, before anything is stored. */
  check(connector: Connector, settings: Record<string, unknown>): Promise<CheckReport>;
  /** @param signal ends it; default: after a minute */
  checkConnection(row: ConnectionRow, signal?: AbortSignal): Promise<CheckReport>;
  /** What a connector needs to be asked about a connection while a person waits: with few tries, so that a source that is away is soon told. */
  readonly openSource: OpenSource;
}

/** Where the parts come from is the composition root's business. */
export function sourceAccess(parts: {
  readonly db: Database;
  readonly log: Logger;
  readonly budget: RequestBudget;
  readonly connectors: readonly Connector[];
  readonly secretSources: SecretSources;
  readonly timings: Config['timings'];
  identityKeyOf(tenantId: string): Buffer;
}): SourceAccess {
  const { db, log, budget, connectors, secretSources, timings, identityKeyOf } = parts;

  const connectorOf = (source: string): Connector => {
    const found = connectors.find((connector) => connector.id === source);
    if (found === undefined) throw new Error(`there is no connector ${source}; there are: ${connectors.map((c) => c.id).join(', ')}`);
    return found;
  };

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

  const openSource: OpenSource = async (row, signal) => {
    const hurried = { timeoutMs: Math.min(timings.requestTimeoutMs, 20_000), maxWaitMs: 3000, maxTotalMs: 8000 };
    const fields = { tenant_id: row.tenant_id, source: row.source };
    const of = { account: row.account_key, lane: 'live', fields } as const;
    return contextFor(connectorOf(row.source), await settingsOf(row), of, signal, hurried).context;
  };

  return {
    connectorOf,
    settingsOf,
    jobFor,
    check: (connector, settings) => check(connector, settings),
    checkConnection: async (row, signal) => check(connectorOf(row.source), await settingsOf(row), signal),
    openSource,
  };
}
