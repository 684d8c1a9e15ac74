import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp, type App } from '../../src/app.ts';
import { connectSource } from '../../src/commands/connect-source.ts';
import { createTenant } from '../../src/commands/tenant.ts';
import { readConfig } from '../../src/config.ts';
import { diffWorld, type WorldDiff } from '../../src/local/demo-report.ts';
import { createLog } from '../../src/log.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { SOURCES, startSandbox, type Sandbox, type SandboxSource } from '../../src/sandbox/sandbox.ts';
import { streamStates, type StreamState } from '../../src/store/stream-states.ts';
import { enqueueSync, wakeStreams } from '../../src/store/streams.ts';
import { testDatabase } from '../support/database.ts';

/** What goes wrong during a sync of the whole world. */
export interface Trouble {
  readonly kinds: readonly FaultKind[];
  /** Share of the requests that meet a fault. */
  readonly rate: number;
  readonly seed: number;
  /** Milliseconds after which the sources behave and no worker is killed any more; what is behind must then come in. */
  readonly lastsMs: number;
  readonly kills: boolean;
}

/** What was there when everything was in. */
export interface Outcome {
  readonly diff: WorldDiff;
  /** Faults that each source played. */
  readonly played: Readonly<Record<SandboxSource, number>>;
  readonly killed: number;
  /** Exit codes of the workers that were asked to end. */
  readonly exits: readonly (number | null)[];
  /** Runs whose records are not all accounted for. */
  readonly unbalanced: number;
  /** Records that were refused. */
  readonly quarantined: number;
}

const WORKERS = 2;
const PATIENCE_MS = 120_000;
const program = join(import.meta.dirname, 'worker-program.ts');

/** A small world, served for as many syncs as one likes: nothing that a sync does changes it. */
export async function smallWorld(seed: number): Promise<Sandbox> {
  return startSandbox({ seed, anchor: `${new Date().toISOString().slice(0, 13)}:00:00Z`, orders: 60, generous: true });
}

/** Syncs the whole world into an empty warehouse while it is in trouble. */
export async function syncInTrouble(sandbox: Sandbox, trouble: Trouble): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), 'kpi-faults-'));
  const database = await testDatabase();
  // Twenty times as fast as in production.
  const env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_HOME: home,
    KPI_LOG_LEVEL: 'silent',
    // Holds at any local hour.
    KPI_NIGHTLY: 'off',
    KPI_REQUESTS_PER_SECOND: '100000',
    KPI_LEASE_TTL_SECONDS: '3',
    KPI_LEASE_RENEW_SECONDS: '0.75',
    KPI_HEARTBEAT_SECONDS: '0.75',
    KPI_DEAD_WORKER_SECONDS: '3.75',
    KPI_BACKFILL_SLICE_SECONDS: '1',
  };
  const config = readConfig(env);
  const app = openApp(config, config.database!, createLog({ level: 'silent' }));
  const workers = new Workers(env);
  try {
    const tenants = await connectEverything(app, sandbox);
    const playedBefore = played(sandbox);
    const started = performance.now();
    const least = trouble.kills ? 2 : 1;
    SOURCES.forEach((source, i) => {
      const { faults } = sandbox.servers[source];
      // Whoever asks first is held up for its deadline, so that there is somebody to kill in the middle of a read.
      if (trouble.kills) faults.next('hang');
      // A source that answers a small world with a handful of requests meets at least this one.
      faults.next(trouble.kinds[i % trouble.kinds.length]!);
      faults.random(trouble.rate, trouble.kinds, trouble.seed + i);
    });
    for (let i = 0; i < WORKERS; i++) workers.start();
    await untilIn(app, async (streams) => {
      const late = performance.now() - started > trouble.lastsMs;
      if (trouble.kills && (!late || workers.killed === 0)) await workers.killNowAndThen(app);
      const after = played(sandbox);
      // Kills can keep a source from being asked at all; it is not let off.
      const over = late && SOURCES.every((source) => after[source] - playedBefore[source] >= least);
      if (over) for (const source of SOURCES) sandbox.servers[source].faults.clear();
      return streams.every(isIn) && (over || !trouble.kills || workers.killed > 0);
    });
    const exits = await workers.stop();
    const after = played(sandbox);
    const count = async (text: string) => (await app.db.query<{ n: number }>(text)).rows[0]!.n;
    return {
      diff: await diffWorld(app.db, rowsOf(sandbox), (rut) => tenants.get(rut)),
      played: Object.fromEntries(SOURCES.map((source) => [source, after[source] - playedBefore[source]])) as Outcome['played'],
      killed: workers.killed,
      exits,
      unbalanced: await count(`select count(*)::int as n from ops.run_counts
        where read <> inserted + updated + unchanged + superseded + excluded + quarantined`),
      quarantined: await count('select count(*)::int as n from ops.quarantine'),
    };
  } finally {
    for (const source of SOURCES) sandbox.servers[source].faults.clear();
    workers.killAll();
    await app.close();
    await database.close();
    await rm(home, { recursive: true, force: true });
  }
}

const isIn = (stream: StreamState): boolean => stream.last_success_at !== null;

const played = (sandbox: Sandbox) =>
  Object.fromEntries(SOURCES.map((source) => [source, sandbox.servers[source].faults.played])) as Record<SandboxSource, number>;

/** What the four sources must have brought; whose users they are is told by another system, which this world does not connect. */
async function* rowsOf(sandbox: Sandbox) {
  for (const row of sandbox.expected()) if (row.table !== 'public.user_tenants') yield row;
}

async function connectEverything(app: App, sandbox: Sandbox): Promise<Map<string, string>> {
  const tenants = new Map<string, string>();
  for (const { rut, companyName, currency, timeZone, industry } of sandbox.world.tenants) {
    tenants.set(rut, (await createTenant(app, { rut, name: companyName, currency, timeZone, industry, keepRut: false })).id);
  }
  for (const { rut, source, name, settings } of sandbox.connections()) {
    const request = { tenantId: tenants.get(rut)!, source, name, settings, secretRef: null, evenIfCheckFails: false };
    const connected = await connectSource(app, request);
    if (connected.connectionId === null) throw new Error(`${source} of ${rut} refuses us: ${JSON.stringify(connected.report.findings)}`);
  }
  return tenants;
}

/** Does what a person does about streams that fail: has them tried again at once. @throws naming what did not come in */
async function untilIn(app: App, done: (streams: readonly StreamState[]) => Promise<boolean>): Promise<void> {
  let streams: StreamState[] = [];
  for (const patience = performance.now() + PATIENCE_MS; performance.now() < patience; await sleep(250)) {
    streams = await streamStates(app.db, null);
    if (await done(streams)) return;
    const late = streams.filter((stream) => !isIn(stream) && !stream.reading);
    for (const { tenant_id: tenantId, connection_id: connectionId, stream } of late)
      await wakeStreams(app.db, { tenantId, connectionId, stream });
    for (const stream of new Map(late.map((s) => [s.connection_id, s])).values())
      await enqueueSync(app.db, stream.tenant_id, stream.connection_id);
  }
  const late = streams.filter((stream) => !isIn(stream)).map((s) => `${s.rut} ${s.source} ${s.stream} ${s.state}: ${s.problem ?? ''}`);
  throw new Error(`not in after ${PATIENCE_MS / 1000} s:\n${late.join('\n')}`);
}

/** Worker processes that are killed without warning, each followed by another. */
class Workers {
  readonly #env: Readonly<Record<string, string>>;
  readonly #living = new Set<ChildProcess>();
  /** The first falls as soon as there is something to kill. */
  #nextKill = 0;
  killed = 0;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  start(): void {
    const child = fork(program, { env: { ...process.env, ...this.#env }, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#living.add(child);
    child.once('exit', () => this.#living.delete(child));
  }

  /** Kills one that is at work, when it is time to. */
  async killNowAndThen(app: App): Promise<void> {
    if (performance.now() < this.#nextKill) return;
    const busy = await app.db.query<{ pid: number }>(`select split_part(holder, ':', 2)::int as pid from ops.streams
      where expires_at > clock_timestamp() order by random()`);
    const victim = busy.rows.map(({ pid }) => [...this.#living].find((child) => child.pid === pid)).find((child) => child !== undefined);
    if (victim === undefined) return;
    this.#living.delete(victim);
    victim.kill('SIGKILL');
    this.killed += 1;
    this.#nextKill = performance.now() + 500 + Math.random() * 2500;
    this.start();
  }

  async stop(): Promise<(number | null)[]> {
    const ended = [...this.#living].map((child) => {
      const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return code;
    });
    return Promise.all(ended);
  }

  killAll(): void {
    for (const child of this.#living) child.kill('SIGKILL');
  }
}
