import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp, type App } from '../../src/app.ts';
import { connectSource } from '../../src/commands/connect-source.ts';
import { createTenant } from '../../src/commands/tenant.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { startSandbox, type Sandbox, type SandboxSource } from '../../src/sandbox/sandbox.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueDue, enqueueSync, wakeStreams } from '../../src/store/streams.ts';
import { startKpi, until, type Running } from './processes.ts';

const FAILED_IS_DUE = `update ops.streams set next_run_at = clock_timestamp()
  where tenant_id = $1 and connection_id = $2 and lane = 'live' and error_kind = 'transient' and next_run_at > clock_timestamp()`;

/** One connection of a simulated company. */
export interface Connected {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly source: SandboxSource;
}

/** Worker processes as an operator starts them, on a warehouse of the caller's and the simulated sources. */
export class WorkerRig {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly #home: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #workers: Running[] = [];
  readonly #tenants = new Map<string, string>();

  private constructor(parts: { app: App; sandbox: Sandbox; home: string; env: Readonly<Record<string, string>> }) {
    ({ app: this.app, sandbox: this.sandbox, home: this.#home, env: this.#env } = parts);
  }

  /** @param env over what makes everything twenty times as fast as in production */
  static async open(
    database: { readonly adminUrl: string; readonly roleSecret: string },
    options: { readonly env?: Readonly<Record<string, string>>; readonly orders?: number } = {},
  ): Promise<WorkerRig> {
    const home = await mkdtemp(join(tmpdir(), 'kpi-workers-'));
    const env = {
      DATABASE_URL: database.adminUrl,
      KPI_ROLE_SECRET: database.roleSecret,
      KPI_HOME: home,
      KPI_LOG_LEVEL: 'warn',
      KPI_NIGHTLY: 'off',
      KPI_REQUESTS_PER_SECOND: '100000',
      KPI_REQUEST_TIMEOUT_SECONDS: '2',
      KPI_LEASE_TTL_SECONDS: '2',
      KPI_LEASE_RENEW_SECONDS: '0.5',
      KPI_HEARTBEAT_SECONDS: '0.5',
      KPI_DEAD_WORKER_SECONDS: '3',
      ...options.env,
    };
    const config = readConfig(env);
    const anchor = `${new Date().toISOString().slice(0, 13)}:00:00Z`;
    const sandbox = await startSandbox({ seed: 5, anchor, orders: options.orders ?? 60, generous: true });
    return new WorkerRig({ app: openApp(config, config.database!, createLog({ level: 'silent' })), sandbox, home, env });
  }

  /** Connects a source of one of the simulated companies; its streams are due. */
  async connect(ordinal: number, source: SandboxSource): Promise<Connected> {
    const { rut, companyName, currency, timeZone, industry } = this.sandbox.world.tenants[ordinal]!;
    const wish = { rut, name: companyName, currency, timeZone, industry, keepRut: false };
    const tenantId = this.#tenants.get(rut) ?? (await createTenant(this.app, wish)).id;
    this.#tenants.set(rut, tenantId);
    const account = this.sandbox.connections().find((one) => one.rut === rut && one.source === source);
    if (account === undefined) throw new Error(`company ${ordinal} has no ${source}`);
    const { name, settings } = account;
    const request = { tenantId, source, name, settings, secretRef: null, evenIfCheckFails: false };
    const { connectionId, report } = await connectSource(this.app, request);
    if (connectionId === null) throw new Error(`${source} of ${rut} refuses us: ${JSON.stringify(report.findings)}`);
    return { tenantId, connectionId, source };
  }

  start(...args: readonly string[]): Running {
    const worker = startKpi(['worker', ...args], { home: this.#home, env: this.#env });
    this.#workers.push(worker);
    return worker;
  }

  /** A worker in the middle of a read: the source has its request and never answers. */
  async hungWorker(place: Connected): Promise<Running> {
    const { faults } = this.sandbox.servers[place.source];
    const played = faults.played;
    faults.random(1, ['hang']);
    await this.wake(place);
    const worker = this.start();
    await until('the source has its request', () => faults.played > played);
    await until('it has said that it lives', () => this.lives(worker));
    return worker;
  }

  /** Whether a worker counts as alive. */
  async lives({ pid }: Running): Promise<boolean> {
    return (await this.rows('select from ops.workers where pid = $1', [pid])).length > 0;
  }

  /** Makes everything of a connection due and queues it. */
  async wake({ tenantId, connectionId }: Connected): Promise<void> {
    await wakeStreams(this.app.db, { tenantId, connectionId });
    await enqueueSync(this.app.db, tenantId, connectionId);
  }

  /**
   * Waits until every stream of a connection was read to its end since then. The tick comes many times as often as in production, and what
   * failed is due again at once instead of after a minute.
   */
  async untilIn({ tenantId, connectionId }: Connected, since: Date): Promise<void> {
    const look = async (): Promise<boolean> => {
      if ((await this.#late(connectionId, since)) === 0) return true;
      await this.app.db.query(FAILED_IS_DUE, [tenantId, connectionId]);
      await enqueueDue(this.app.db);
      return false;
    };
    // Two minutes are what is promised. Our own connections may be among those that were lost.
    await until('everything is in', () => look().catch(() => false), 120_000);
  }

  async #late(connectionId: string, since: Date): Promise<number> {
    const { rows } = await this.app.db.query<{ n: number }>(
      `select count(*)::int as n from ops.streams where connection_id = $1 and lane = 'live'
        and (last_success_at is null or last_success_at < $2)`,
      [connectionId, since],
    );
    return rows[0]!.n;
  }

  async rows<R extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<R[]> {
    return withDirectSession(this.#env['DATABASE_URL']!, (session) => session.run<R>(text, values));
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) {
      // One that is frozen dies of it as well.
      worker.process.kill('SIGKILL');
      await worker.ended;
    }
    await this.sandbox.close();
    await this.app.close();
    await rm(this.#home, { recursive: true, force: true });
  }
}
