import type { Connector, Cursor, ReadRequest, Stream } from '#contract';
import { normalizer } from '../../src/normalize/normalize-draft.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import type { VerifiedDay } from '../../src/store/verifications.ts';
import { runSweep, type SweepReport, type SweepWish } from '../../src/sync/run-sweep.ts';
import { runSync, type SyncJob, type SyncResult } from '../../src/sync/run-sync.ts';
import { verifyStream, type VerifyReport, type VerifyWish } from '../../src/sync/verify-stream.ts';
import type { Sandbox } from '../conformance/support-sandboxes.ts';
import { readerOf } from '../conformance/support.ts';
import type { EngineRig } from './engine-rig.ts';
import { connectTo, syncDeps, tenantWith } from './scripted-stream.ts';

/** A company whose one source is simulated and read by its real connector over real HTTP. */
export class SourceRig {
  readonly engine: EngineRig;
  readonly connector: Connector;
  readonly sandbox: Sandbox;
  readonly tenantId: string;
  readonly connectionId: string;

  private constructor(engine: EngineRig, connector: Connector, sandbox: Sandbox, tenantId: string, connectionId: string) {
    this.engine = engine;
    this.connector = connector;
    this.sandbox = sandbox;
    this.tenantId = tenantId;
    this.connectionId = connectionId;
  }

  static async open(engine: EngineRig, connector: Connector, sandbox: Sandbox): Promise<SourceRig> {
    const { tenantId } = await tenantWith(engine.db, []);
    return new SourceRig(engine, connector, sandbox, tenantId, await connectTo(engine.db, tenantId, connector.id));
  }

  stream(name: string): Stream<unknown> {
    const stream = this.connector.streams.find((one) => one.name === name);
    if (stream === undefined) throw new Error(`${this.connector.id} has no stream ${name}`);
    return stream;
  }

  /** A job of a lane, as the application makes it. */
  job(name: string, lane: string): Omit<SyncJob, 'request'> {
    const { context } = readerOf(this.connector, this.sandbox);
    const { tenantId, connectionId } = this;
    return {
      place: { tenantId, connectionId, stream: name, lane },
      source: this.connector.id,
      stream: this.stream(name),
      settings: context.settings,
      http: context.http,
      stats: () => ({ requests: 0, retries: 0, throttledMs: 0 }),
      normalize: normalizer({ tenantId, connectionId, identityKey: Buffer.from('test') }),
      sliceSeconds: null,
      signal: context.signal,
    };
  }

  sync(name: string): Promise<SyncResult> {
    const request = (cursor: Cursor | null): ReadRequest => ({ kind: 'incremental', cursor, from: null });
    return runSync(syncDeps(this.engine.db), { ...this.job(name, 'live'), request });
  }

  sweep(name: string, wish: Partial<SweepWish> = {}): Promise<SweepReport> {
    const { listing } = this.stream(name);
    if (listing === undefined) throw new Error(`${name} has no list`);
    return runSweep(syncDeps(this.engine.db), this.job(name, 'sweep'), listing, {
      dryRun: false,
      confirm: false,
      askedBy: 'test',
      ...wish,
    });
  }

  async verify(name: string, wish: Partial<VerifyWish> = {}): Promise<VerifyReport & { readonly differing: readonly VerifiedDay[] }> {
    const asked = { firstDay: null, lastDay: null, heal: false, askedBy: 'test', ...wish };
    const jobFor = (lane: string) => Promise.resolve(this.job(name, lane));
    const report = await verifyStream(syncDeps(this.engine.db), 'America/Santiago', jobFor, asked);
    return { ...report, differing: report.days.filter(({ reason }) => reason !== null) };
  }

  rows<R extends Record<string, unknown>>(text: string): Promise<R[]> {
    return this.engine.db.transaction(this.tenantId, async ({ query }) => (await query<R>(text)).rows);
  }

  /** Source ids of a table's rows that are (not) tombstoned. */
  async ids(table: string, deleted: boolean): Promise<string[]> {
    const which = deleted ? 'is not null' : 'is null';
    const rows = await this.rows<{ source_id: string }>(
      `select source_id from public.${table} where deleted_at ${which} order by source_id`,
    );
    return rows.map((row) => row.source_id);
  }

  /** What a rebuild would put right: nothing, if everything follows from the facts. */
  rebuild() {
    return rebuildTenant(this.engine.db, this.tenantId);
  }
}
