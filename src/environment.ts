import { join, resolve } from 'node:path';
import { z } from 'zod';

const projectRoot = resolve(import.meta.dirname, '..');

const optional = <Z extends z.ZodType>(schema: Z) => schema.optional();
const postgresUrl = () =>
  z.string().refine((value) => URL.canParse(value) && /^postgres(?:ql)?:$/.test(new URL(value).protocol), 'is not a postgres:// address');
const webUrl = () =>
  z.string().refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'is not an http:// or https:// address');
/** A key must not travel in clear text, but for one's own machine. */
const safeUrl = () =>
  webUrl().refine(
    (value) =>
      !URL.canParse(value) || new URL(value).protocol === 'https:' || /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(value).hostname),
    'is not an https:// address',
  );
/** Origins as browsers state them, separated by commas: `https://portal.example.cl`, without a path. */
const origins = () =>
  z
    .string()
    .transform((value) => value.split(',').map((one) => one.trim()))
    .refine(
      (all) => all.every((one) => URL.canParse(one) && new URL(one).origin === one),
      'has to be origins like https://portal.example.cl',
    )
    .refine((all) => all.every((one) => safeUrl().safeParse(one).success), 'has to be https:// origins, but for this machine');
const folder = () => z.string().transform((value) => resolve(value));
/** A number written plainly: `Number('')` is 0 and `parseInt('5x')` is 5, and neither is what was meant. */
const number = (low: number, high: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+(?:\.\d+)?$/, 'is not a plain number')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `has to lie between ${low} and ${high}`)
    .default(fallback);
const whole = (low: number, high: number, fallback: number) =>
  number(low, high, fallback).refine((value) => Number.isInteger(value), 'has to be a whole number');

/** Every variable of the environment that means something here, with what it may be. Checked once, by `readConfig`. */
export const environment = z
  .object({
    DATABASE_URL: optional(postgresUrl()).describe('Warehouse; a transaction pooler may stand in between'),
    DATABASE_DIRECT_URL: optional(postgresUrl()).describe('The same without a pooler, for migrations and the queue; default DATABASE_URL'),
    KPI_ROLE_SECRET: optional(z.string().min(32, 'is shorter than 32 characters')).describe(
      'Passwords of the database roles derive from it',
    ),
    KPI_DATABASE_MAX_GB: optional(
      z
        .string()
        .regex(/^\d+(?:\.\d+)?$/, 'is not a plain number')
        .transform(Number),
    ).describe('Size of the database that is paid for, in GB; "kpi doctor" warns before it is reached'),
    KPI_HOME: folder().default(join(projectRoot, '.kpi')).describe('Folder of the local database and of secrets typed at "kpi connect"'),
    KPI_EXPORTS_DIR: optional(folder()).describe(
      'Folder of exports asked for over HTTP, the same for server and workers; default: exports in KPI_HOME',
    ),
    KPI_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged'),
    KPI_LANG: z.enum(['es', 'en']).default('es').describe('Language of the command line'),
    KPI_WORKER_CONCURRENCY: whole(1, 64, 4).describe('Jobs a worker process runs at once'),
    VAULT_ADDR: optional(webUrl()).describe('Vault with a KV v2 engine, for references that begin with vault:'),
    VAULT_TOKEN: optional(z.string()).describe('Token for it'),
    KPI_SECRETS_DIR: optional(folder()).describe('Folder that references beginning with file: may read from'),
    KPI_REQUEST_TIMEOUT_SECONDS: number(0.1, 600, 60).describe('Deadline of one attempt of a request to a source'),
    KPI_LEASE_TTL_SECONDS: number(0.5, 3600, 60).describe("A reader's lease ends after this silence"),
    KPI_LEASE_RENEW_SECONDS: number(0.1, 1200, 15).describe('How often a lease is renewed'),
    KPI_HEARTBEAT_SECONDS: number(0.1, 600, 15).describe('How often a worker process says that it lives'),
    KPI_DEAD_WORKER_SECONDS: number(0.5, 3600, 75).describe('After this silence a worker counts as dead, and its jobs are released'),
    KPI_DATABASE_WAIT_SECONDS: number(0, 3600, 300).describe('How long a worker that starts waits for a database that is not there yet'),
    KPI_REQUESTS_PER_SECOND: number(0.1, 100_000, 40).describe('Requests a second to one account of a source, over all processes'),
    ALERTS_WEBHOOK_URL: optional(webUrl()).describe('Where alerts go (n8n), for tenants without a target of their own'),
    ALERTS_WEBHOOK_SECRET: optional(z.string().min(16, 'is shorter than 16 characters')).describe('Key that alerts are signed with'),
    REPORTS_WEBHOOK_URL: optional(webUrl()).describe('Where scheduled reports go (n8n); signed with the key of the alerts'),
    KPI_ALERTS_INTERVAL_SECONDS: number(1, 86_400, 300).describe("Between two evaluations of a tenant's alert rules"),
    KPI_DASHBOARD_LINK: optional(webUrl()).describe('Address of a dashboard in alerts, with {rut} or {tenant_id}, and {dashboard}'),
    CLERK_SECRET_KEY: optional(z.string().min(8, 'is too short for a key')).describe('Reads the users; without it none are read'),
    CLERK_API_URL: safeUrl().default('https://api.clerk.com').describe("Clerk's Backend API"),
    CLERK_WEBHOOK_SECRET: optional(z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'does not look like whsec_…')).describe(
      'Signing secret of the webhook; without it "kpi serve" takes none',
    ),
    METABASE_URL: optional(webUrl()).describe('Metabase 0.57 or later, as this service reaches it'),
    METABASE_SITE_URL: optional(webUrl()).describe('The same as a browser reaches it; default METABASE_URL'),
    METABASE_API_KEY: optional(z.string().min(8, 'is too short for a key')).describe(
      'Key of its group Administrators; default: what "kpi metabase provision" kept',
    ),
    METABASE_EMBEDDING_SECRET: optional(z.string().regex(/^[0-9a-f]{64}$/i, 'is not 64 hexadecimal digits')).describe(
      'Signs embedded dashboards; default: what "kpi metabase provision" kept',
    ),
    METABASE_DATABASE_URL: optional(postgresUrl()).describe(
      'Warehouse as Metabase reaches it, without user and password; default DATABASE_DIRECT_URL',
    ),
    CLERK_ISSUER: optional(safeUrl()).describe("Clerk's Frontend API as sessions state it (iss); without it no session is taken"),
    CLERK_AUTHORIZED_PARTIES: optional(origins()).describe('Origins of the portal whose sessions are taken (azp)'),
    CLERK_AUDIENCE: optional(z.string()).describe('Audience that sessions must state; without it none is asked for'),
    CLERK_OPERATOR_ROLE: optional(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'is no role: lower-case letters, digits, _ and -')).describe(
      'public_metadata.role of whoever may see every company; without it nobody may',
    ),
    KPI_CORS_ORIGINS: optional(origins()).describe('Origins whose pages may ask the gateway'),
    KPI_QUERY_CONNECTIONS: whole(1, 100, 10).describe("Most database connections for tenants' own statements"),
    KPI_QUERY_TIMEOUT_SECONDS: number(0.1, 120, 10).describe('Longest such a statement may take'),
    KPI_API_REQUESTS_PER_MINUTE: whole(1, 1_000_000, 300).describe(
      'Requests of one user or token to one server; a tenant has twice as many',
    ),
    KPI_API_QUERIES_PER_MINUTE: whole(1, 1_000_000, 60).describe('Statements among them'),
    KPI_METRICS_TENANTS: z
      .enum(['each', 'together'])
      .default('each')
      .describe('Whether metrics name companies, by their ids, or let the worst of all speak'),
    OTEL_EXPORTER_OTLP_ENDPOINT: optional(webUrl()).describe(
      'Receiver of traces (OTLP over HTTP), e.g. http://127.0.0.1:4318; without it none are made',
    ),
    OTEL_SERVICE_NAME: z.string().default('kpi-sync').describe('Name of this service in traces'),
    KPI_CHROMIUM: optional(z.string()).describe('Chromium or Chrome that prints reports; default: the one at a usual place'),
    KPI_NIGHTLY: z
      .enum(['on', 'off'])
      .default('on')
      .describe('Whether this worker sweeps for deletions and compares with the sources at night'),
    KPI_BACKFILL_SLICE_SECONDS: number(0.5, 120, 20).describe('Longest time a backfill job works before it lets others have a turn'),
  })
  .superRefine((env, context) => {
    const fault = (name: keyof typeof env, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (env.DATABASE_URL !== undefined && env.KPI_ROLE_SECRET === undefined) {
      fault('KPI_ROLE_SECRET', 'is missing, and DATABASE_URL is set: give 32 or more random characters, e.g. from "openssl rand -hex 32"');
    }
    if (env.DATABASE_DIRECT_URL !== undefined && env.DATABASE_URL === undefined) {
      fault('DATABASE_URL', 'is missing, and DATABASE_DIRECT_URL is set');
    }
    if (env.VAULT_ADDR !== undefined && env.VAULT_TOKEN === undefined) fault('VAULT_TOKEN', 'is missing, and VAULT_ADDR is set');
    if ((env.ALERTS_WEBHOOK_URL === undefined) !== (env.ALERTS_WEBHOOK_SECRET === undefined)) {
      const [missing, there] = env.ALERTS_WEBHOOK_URL === undefined ? (['URL', 'SECRET'] as const) : (['SECRET', 'URL'] as const);
      fault(`ALERTS_WEBHOOK_${missing}`, `is missing, and ALERTS_WEBHOOK_${there} is set`);
    }
    if (env.REPORTS_WEBHOOK_URL !== undefined && env.ALERTS_WEBHOOK_SECRET === undefined) {
      fault('ALERTS_WEBHOOK_SECRET', 'is missing, and REPORTS_WEBHOOK_URL is set: reports are signed with it');
    }
    // A session made for another site of the same instance must not open this one.
    if (env.CLERK_ISSUER !== undefined && env.CLERK_AUTHORIZED_PARTIES === undefined) {
      fault('CLERK_AUTHORIZED_PARTIES', 'is missing, and CLERK_ISSUER is set: give the origins of the portal');
    }
    // A lease must survive one lost renewal, a worker one lost heartbeat.
    if (env.KPI_LEASE_RENEW_SECONDS * 2 > env.KPI_LEASE_TTL_SECONDS) {
      fault('KPI_LEASE_RENEW_SECONDS', 'is more than half of KPI_LEASE_TTL_SECONDS');
    }
    if (env.KPI_HEARTBEAT_SECONDS * 2 > env.KPI_DEAD_WORKER_SECONDS) {
      fault('KPI_HEARTBEAT_SECONDS', 'is more than half of KPI_DEAD_WORKER_SECONDS');
    }
  });

export type Environment = z.infer<typeof environment>;
