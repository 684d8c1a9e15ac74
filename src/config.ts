import { join } from 'node:path';
import type { z } from 'zod';
import { environment, type Environment } from './environment.ts';

/** What the environment says, checked. Times are milliseconds. */
export interface Config {
  /** Null: no warehouse is named; only the local one can be used. */
  readonly database: { readonly url: string; readonly directUrl: string; readonly roleSecret: string } | null;
  /** Size of the database that is paid for; null: not known. */
  readonly databaseMaxBytes: number | null;
  readonly home: string;
  /** Where exports that were asked for over HTTP wait to be fetched. */
  readonly exportsFolder: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly language: 'es' | 'en';
  readonly workerConcurrency: number;
  /** Whether a worker of this process does what is due at night. */
  readonly nightly: boolean;
  readonly vault: { readonly address: string; readonly token: string } | null;
  readonly secretsFolder: string | null;
  /** Who the users are: null secrets mean that they are not read, or that no messages about them are taken. */
  readonly clerk: {
    readonly secretKey: string | null;
    readonly apiUrl: string;
    readonly webhookSecret: string | null;
    /** Null: no session of Clerk opens the gateway. A null role: no session is an operator's. */
    readonly session: {
      readonly issuer: string;
      readonly authorizedParties: readonly string[];
      readonly audience: string | null;
      readonly operatorRole: string | null;
    } | null;
  };
  /** Where people look. Null: none is configured. Null secrets: those kept by "kpi metabase provision" are meant. */
  readonly metabase: MetabaseConfig | null;
  /** Where traces go; null: none are made. */
  readonly tracing: { readonly endpoint: string; readonly serviceName: string } | null;
  /** Whether metrics name companies. */
  readonly metricsTenants: 'each' | 'together';
  /** Program that prints reports as PDF; null: the one at a usual place. */
  readonly chromium: string | null;
  /** What the gateway lets pass. */
  readonly gateway: {
    readonly corsOrigins: readonly string[];
    readonly queryConnections: number;
    readonly queryMs: number;
    readonly requestsPerMinute: number;
    readonly queriesPerMinute: number;
  };
  /** Requests to one account of a source: steady rate, and how many may gather. */
  readonly requestRate: { readonly perSecond: number; readonly burst: number };
  readonly alerts: {
    /** Null: only tenants with a target of their own are told. */
    readonly webhook: { readonly url: string; readonly secret: string; readonly reportsUrl: string | null } | null;
    readonly intervalMs: number;
    /** Address of a dashboard with `{rut}`, `{tenant_id}`, `{dashboard}`; null: messages carry no link. */
    readonly link: string | null;
  };
  readonly timings: {
    readonly leaseTtlMs: number;
    readonly leaseRenewMs: number;
    readonly heartbeatMs: number;
    readonly deadWorkerMs: number;
    readonly databaseWaitMs: number;
    readonly backfillSliceMs: number;
    readonly requestTimeoutMs: number;
  };
}

export interface MetabaseConfig {
  /** Without a slash at the end, like `siteUrl`. */
  readonly url: string;
  readonly siteUrl: string;
  readonly apiKey: string | null;
  readonly embeddingSecret: string | null;
  /** Null: DATABASE_DIRECT_URL. */
  readonly databaseUrl: string | null;
}

/** The environment is wrong. `message` lists every fault by variable, and never a value: it may be a secret. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  ${f}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Reads the environment once, at the start of a process. An empty variable counts as not set.
 * @throws ConfigError
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${worded(issue)}`));
  const env = parsed.data;
  const ms = (seconds: number) => Math.round(seconds * 1000);
  const { DATABASE_URL: url, KPI_ROLE_SECRET: roleSecret, VAULT_ADDR: address, VAULT_TOKEN: token } = env;
  const { ALERTS_WEBHOOK_URL: webhook, ALERTS_WEBHOOK_SECRET: secret } = env;
  return Object.freeze({
    database:
      url === undefined || roleSecret === undefined ? null : Object.freeze({ url, directUrl: env.DATABASE_DIRECT_URL ?? url, roleSecret }),
    databaseMaxBytes: env.KPI_DATABASE_MAX_GB === undefined ? null : env.KPI_DATABASE_MAX_GB * 1024 ** 3,
    home: env.KPI_HOME,
    exportsFolder: env.KPI_EXPORTS_DIR ?? join(env.KPI_HOME, 'exports'),
    logLevel: env.KPI_LOG_LEVEL,
    language: env.KPI_LANG,
    workerConcurrency: env.KPI_WORKER_CONCURRENCY,
    nightly: env.KPI_NIGHTLY === 'on',
    vault: address === undefined || token === undefined ? null : Object.freeze({ address: address.replace(/\/+$/, ''), token }),
    secretsFolder: env.KPI_SECRETS_DIR ?? null,
    metabase: metabaseOf(env),
    tracing:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : Object.freeze({ endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: env.OTEL_SERVICE_NAME }),
    metricsTenants: env.KPI_METRICS_TENANTS,
    chromium: env.KPI_CHROMIUM ?? null,
    clerk: Object.freeze({
      secretKey: env.CLERK_SECRET_KEY ?? null,
      apiUrl: env.CLERK_API_URL.replace(/\/+$/, ''),
      webhookSecret: env.CLERK_WEBHOOK_SECRET ?? null,
      session:
        env.CLERK_ISSUER === undefined || env.CLERK_AUTHORIZED_PARTIES === undefined
          ? null
          : Object.freeze({
              issuer: env.CLERK_ISSUER.replace(/\/+$/, ''),
              authorizedParties: Object.freeze(env.CLERK_AUTHORIZED_PARTIES),
              audience: env.CLERK_AUDIENCE ?? null,
              operatorRole: env.CLERK_OPERATOR_ROLE ?? null,
            }),
    }),
    gateway: Object.freeze({
      corsOrigins: Object.freeze(env.KPI_CORS_ORIGINS ?? []),
      queryConnections: env.KPI_QUERY_CONNECTIONS,
      queryMs: ms(env.KPI_QUERY_TIMEOUT_SECONDS),
      requestsPerMinute: env.KPI_API_REQUESTS_PER_MINUTE,
      queriesPerMinute: env.KPI_API_QUERIES_PER_MINUTE,
    }),
    requestRate: Object.freeze({ perSecond: env.KPI_REQUESTS_PER_SECOND, burst: Math.max(10, env.KPI_REQUESTS_PER_SECOND * 2) }),
    alerts: Object.freeze({
      webhook:
        webhook === undefined || secret === undefined
          ? null
          : Object.freeze({ url: webhook, secret, reportsUrl: env.REPORTS_WEBHOOK_URL ?? null }),
      intervalMs: ms(env.KPI_ALERTS_INTERVAL_SECONDS),
      link: env.KPI_DASHBOARD_LINK ?? null,
    }),
    timings: Object.freeze({
      leaseTtlMs: ms(env.KPI_LEASE_TTL_SECONDS),
      leaseRenewMs: ms(env.KPI_LEASE_RENEW_SECONDS),
      heartbeatMs: ms(env.KPI_HEARTBEAT_SECONDS),
      deadWorkerMs: ms(env.KPI_DEAD_WORKER_SECONDS),
      databaseWaitMs: ms(env.KPI_DATABASE_WAIT_SECONDS),
      backfillSliceMs: ms(env.KPI_BACKFILL_SLICE_SECONDS),
      requestTimeoutMs: ms(env.KPI_REQUEST_TIMEOUT_SECONDS),
    }),
  });
}

function metabaseOf(env: Environment): MetabaseConfig | null {
  const { METABASE_URL: url, METABASE_SITE_URL: siteUrl = url } = env;
  if (url === undefined || siteUrl === undefined) return null;
  return Object.freeze({
    url: url.replace(/\/+$/, ''),
    siteUrl: siteUrl.replace(/\/+$/, ''),
    apiKey: env.METABASE_API_KEY ?? null,
    embeddingSecret: env.METABASE_EMBEDDING_SECRET ?? null,
    databaseUrl: env.METABASE_DATABASE_URL ?? null,
  });
}

function worded(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' ? `has to be one of ${issue.values.join(', ')}` : issue.message;
}
