import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { diffWorld, runsSince, tableSizes } from '../local/demo-report.ts';
import { readDemoState, writeDemoState, type DemoState } from '../local/demo-state.ts';
import { isKept, keepCluster } from '../local/kept-cluster.ts';
import { demoHome, prepareDemo, type DemoWarehouse } from '../local/prepare-demo.ts';
import { startSandboxProcess, type SandboxProcess } from '../local/sandbox-process.ts';
import { startWorkers } from '../local/worker-pool.ts';
import type { Reconciliation } from '../reconcile/reconciliation.ts';
import { runReconciliation } from '../reconcile/run-reconciliation.ts';
import { Database } from '../store/database.ts';
import { roleUrl } from '../store/role-urls.ts';
import { streamStates } from '../store/stream-states.ts';
import { enqueueSync, wakeStreams } from '../store/streams.ts';
import { connectSource } from './connect-source.ts';
import type { CommandContext } from './context.ts';
import { printDemo } from './print-demo.ts';
import { demoUsers } from './demo-users.ts';
import { createTenant } from './tenant.ts';
import { UsageError } from './terminal.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly keep: boolean;
  readonly resume: boolean;
  readonly seed: number;
  readonly anchor: string | null;
  readonly orders: number;
}

/** What a demo found, as `--json` prints it. */
export interface DemoResult {
  readonly ok: boolean;
  readonly database_url: string;
  readonly tenants: readonly { readonly id: string; readonly rut: string; readonly name: string; readonly reader_url: string }[];
  readonly tables: Readonly<Record<string, number>>;
  readonly runs: Awaited<ReturnType<typeof runsSince>>;
  readonly world_diff: Awaited<ReturnType<typeof diffWorld>>['listed'];
  readonly world_diff_count: number;
  readonly world_rows_compared: number;
  readonly reconciliation: {
    readonly injected: Record<string, number>;
    readonly found: Record<string, number>;
    readonly remainder: string;
  };
  readonly peak_mb: number;
  /** Seconds from the database being up until every stream was in. */
  readonly sync_seconds: number;
  readonly seconds: number;
  readonly anchor: string;
  readonly seed: number;
  readonly orders: number;
  readonly sandbox_limits: 'raised';
}

const WORKERS = 2;
const PATIENCE_MS = 30 * 60_000;

/** The whole way on one machine: database, sources, tenants, workers, and then the numbers against what the world says. */
export async function runDemo(context: CommandContext, options: DemoOptions): Promise<void> {
  const { terminal, log } = context;
  const home = demoHome(context.config.home);
  await mkdir(home, { recursive: true });
  const before = options.resume ? await readDemoState(home) : null;
  if (options.resume && before === null) throw new UsageError('there is no demo to resume; start one: kpi demo');
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort(new Error(signal)));

  const wasKept = await isKept(context.config.home);
  terminal.progress(terminal.say({ es: 'Base de datos…', en: 'Database…' }));
  const warehouse = await prepareDemo(context.config.home, options.resume, (message) => log.debug({}, message));
  if (options.keep) await keepCluster(context.config.home);
  const up = performance.now();
  terminal.progress(
    terminal.say({ es: 'Orígenes simulados (límites de los orígenes ampliados)…', en: 'Simulated sources (their limits raised)…' }),
  );
  const sandbox = await startSandboxProcess(
    {
      seed: before?.seed ?? options.seed,
      anchor: before?.anchor ?? options.anchor,
      orders: before?.orders ?? options.orders,
      ports: before?.ports ?? {},
    },
    home,
  );
  const config = { ...context.config, home, requestRate: { perSecond: 100_000, burst: 200_000 } };
  const app = context.openApp(config, { url: warehouse.adminUrl, directUrl: warehouse.adminUrl, roleSecret: warehouse.roleSecret });
  const analyst = new Database({ url: roleUrl(warehouse.adminUrl, 'kpi_analyst', warehouse.roleSecret), maxConnections: 2 });
  try {
    const since = new Date();
    const state = before ?? (await createTenants(app, warehouse, sandbox));
    await writeDemoState(home, state);
    await connectAll(app, sandbox, state);
    const workers = startWorkers(WORKERS, workerEnvironment(warehouse, home), home, (pid) =>
      log.warn({ pid }, 'a worker ended; another is started'),
    );
    try {
      await waitForStreams(context, app, state, since, stopping.signal);
    } finally {
      await workers.stop();
    }
    await demoUsers(context, warehouse, sandbox);
    const syncSeconds = (performance.now() - up) / 1000;
    terminal.progress(terminal.say({ es: 'Comparando con el mundo simulado…', en: 'Comparing with the simulated world…' }));
    const { result, reconciliations } = await report(app, analyst, {
      warehouse,
      sandbox,
      state,
      since,
      peakMb: workers.peakMb(),
      syncSeconds,
    });
    terminal.endProgress();
    terminal.document(result);
    await printDemo(terminal, analyst, result, reconciliations, await streamStates(app.db, null));
    if (!result.ok) process.exitCode = 3;
    if (!options.once) await lookAround(context, result, stopping.signal);
  } finally {
    await analyst.close();
    await app.close();
    await sandbox.stop();
    if (!options.keep && !wasKept) await warehouse.cluster.stop();
  }
}

async function createTenants(app: App, warehouse: DemoWarehouse, sandbox: SandboxProcess): Promise<DemoState> {
  const { ready, ports } = sandbox;
  const tenants: DemoState['tenants'] = [];
  for (const tenant of ready.tenants) {
    const made = await createTenant(app, {
      rut: tenant.rut,
      name: tenant.companyName,
      currency: tenant.currency,
      timeZone: tenant.timeZone,
      industry: tenant.industry,
      keepRut: false,
    });
    tenants.push({ id: made.id, rut: made.rut, name: tenant.companyName, readerUrl: made.readerUrl });
  }
  return {
    database: new URL(warehouse.adminUrl).pathname.slice(1),
    seed: ready.seed,
    anchor: ready.anchor,
    orders: ready.orders,
    ports,
    tenants,
  };
}

async function connectAll(app: App, sandbox: SandboxProcess, state: DemoState): Promise<void> {
  for (const { rut, source, name, settings } of sandbox.ready.connections) {
    const tenant = state.tenants.find((t) => t.rut === rut)!;
    const connected = await connectSource(app, { tenantId: tenant.id, source, name, settings, secretRef: null, evenIfCheckFails: false });
    if (connected.connectionId === null) {
      const faults = connected.report.findings.map((finding) => `${finding.message}. ${finding.advice}`).join('; ');
      throw new Error(`${source} of ${rut} refuses us: ${faults}`);
    }
  }
  for (const tenant of state.tenants) {
    for (const connectionId of await wakeStreams(app.db, { tenantId: tenant.id })) await enqueueSync(app.db, tenant.id, connectionId);
  }
}

/** Timings are shorter than in production, so that a worker killed on purpose is replaced while one watches. */
function workerEnvironment(warehouse: DemoWarehouse, home: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: warehouse.adminUrl,
    DATABASE_DIRECT_URL: warehouse.adminUrl,
    KPI_ROLE_SECRET: warehouse.roleSecret,
    KPI_HOME: home,
    KPI_REQUESTS_PER_SECOND: '100000',
    KPI_LEASE_TTL_SECONDS: '6',
    KPI_LEASE_RENEW_SECONDS: '2',
    KPI_HEARTBEAT_SECONDS: '2',
    KPI_DEAD_WORKER_SECONDS: '6',
    KPI_WORKER_CONCURRENCY: '4',
    // A demo's workers must not read the users of a real instance.
    CLERK_SECRET_KEY: '',
  };
}

async function waitForStreams(context: CommandContext, app: App, state: DemoState, since: Date, signal: AbortSignal): Promise<void> {
  const tenants = new Set(state.tenants.map((tenant) => tenant.id));
  let woken = performance.now();
  for (const started = performance.now(); ; await sleep(250, undefined, { signal })) {
    const streams = (await streamStates(app.db, null)).filter((stream) => tenants.has(stream.tenant_id));
    const done = streams.filter((stream) => stream.last_success_at !== null && stream.last_success_at >= since);
    const rows = streams.reduce((sum, stream) => sum + stream.rows, 0);
    context.terminal.progress(
      context.terminal.say({
        es: `Flujos al día: ${done.length}/${streams.length}, ${rows} registros leídos`,
        en: `Streams in: ${done.length}/${streams.length}, ${rows} records read`,
      }),
    );
    if (done.length === streams.length) return;
    const stuck = streams.find((stream) => stream.state === 'held' || (stream.state === 'failing' && performance.now() - started > 60_000));
    if (stuck !== undefined) throw new Error(`${stuck.company_name} ${stuck.source} ${stuck.stream}: ${stuck.problem ?? stuck.state}`);
    if (performance.now() - started > PATIENCE_MS)
      throw new Error('the streams did not come in within half an hour; see demo/worker.log in the home folder');
    // The minute's tick would do it as well; a demo has less patience.
    if (performance.now() - woken > 3000) {
      woken = performance.now();
      const late = streams.filter((stream) => !done.includes(stream) && !stream.reading);
      for (const stream of new Map(late.map((s) => [s.connection_id, s])).values())
        await enqueueSync(app.db, stream.tenant_id, stream.connection_id);
    }
  }
}

interface Finished {
  readonly warehouse: DemoWarehouse;
  readonly sandbox: SandboxProcess;
  readonly state: DemoState;
  readonly since: Date;
  readonly peakMb: number;
  readonly syncSeconds: number;
}

async function report(
  app: App,
  analyst: Database,
  finished: Finished,
): Promise<{ result: DemoResult; reconciliations: Map<string, Reconciliation> }> {
  const { warehouse, sandbox, state } = finished;
  const { ready } = sandbox;
  const idOf = new Map(state.tenants.map((tenant) => [tenant.rut, tenant.id]));
  const diff = await diffWorld(app.db, sandbox.expected(), (rut) => idOf.get(rut));
  const reconciliations = new Map<string, Reconciliation>();
  for (const tenant of ready.tenants) {
    if (tenant.shops.length === 0 || tenant.odoo === null) continue;
    reconciliations.set(tenant.rut, await runReconciliation(app.db, { tenantId: idOf.get(tenant.rut)!, asOf: ready.anchor, limit: 10 }));
  }
  const found: Record<string, number> = {};
  for (const { classes } of reconciliations.values()) for (const c of classes) found[c.class] = (found[c.class] ?? 0) + c.findings;
  const sorted = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  const injected = await sandbox.injected();
  const open = [...reconciliations.values()].filter((r) => r.remainder !== '0');
  const remainder =
    open.length === 0
      ? '0'
      : await absoluteSum(
          app.db,
          open.map((r) => r.remainder),
        );
  const ok = diff.count === 0 && remainder === '0' && JSON.stringify(injected) === JSON.stringify(sorted);
  const result: DemoResult = {
    ok,
    database_url: roleUrl(warehouse.adminUrl, 'kpi_analyst', warehouse.roleSecret),
    tenants: state.tenants.map((tenant) => ({ id: tenant.id, rut: tenant.rut, name: tenant.name, reader_url: tenant.readerUrl })),
    tables: await tableSizes(analyst),
    runs: await runsSince(app.db, finished.since),
    world_diff: diff.listed,
    world_diff_count: diff.count,
    world_rows_compared: diff.compared,
    reconciliation: { injected, found: sorted, remainder },
    peak_mb: finished.peakMb,
    sync_seconds: Number(finished.syncSeconds.toFixed(1)),
    seconds: Number((performance.now() / 1000).toFixed(1)),
    anchor: ready.anchor,
    seed: ready.seed,
    orders: ready.orders,
    sandbox_limits: 'raised',
  };
  return { result, reconciliations };
}

async function absoluteSum(db: Database, amounts: readonly string[]): Promise<string> {
  const row = await db.query<{ sum: string }>('select sum(abs(a))::text as sum from unnest($1::numeric[]) as a', [amounts]);
  return row.rows[0]!.sum;
}

async function lookAround(context: CommandContext, result: DemoResult, signal: AbortSignal): Promise<void> {
  const { terminal } = context;
  terminal.title({ es: 'Para mirar (Ctrl-C termina):', en: 'To look around (Ctrl-C ends):' });
  terminal.line(`  ${terminal.say({ es: 'analista', en: 'analyst' })}  ${result.database_url}`);
  for (const tenant of result.tenants) terminal.line(`  ${tenant.rut}  ${tenant.reader_url}`);
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
