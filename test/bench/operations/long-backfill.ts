import type { App } from '../../../src/app.ts';
import { showSlices } from '../../../src/store/backfill-slices.ts';
import { showBackfills } from '../../../src/store/backfills.ts';
import { runBackfill } from '../../../src/sync/run-backfill.ts';
import { startBackfills } from '../../../src/sync/start-backfill.ts';
import { spread, type Spread } from '../measure.ts';
import { LiveReadings } from './live-beside.ts';
import { cpuSeconds, parentOf } from './process-cpu.ts';
import { addCompany, BenchSources } from './sources.ts';

export interface LongBackfill {
  readonly orders: number;
  readonly rows: number;
  readonly seconds: number;
  readonly rows_per_second: number;
  /** Of slices with at least half of an even share of the orders, rows a second: the first and last that were read, the slowest and the fastest. */
  readonly first_slice_rows_per_second: number;
  readonly last_slice_rows_per_second: number;
  readonly last_to_first: number;
  readonly slowest_rows_per_second: number;
  readonly fastest_rows_per_second: number;
  /** Each of these slices, in the order they were read. */
  readonly slices_rows_per_second: readonly number[];
  /** Rows for a second of processor time of this process and the database together, which other work on the machine changes least. */
  readonly rows_per_cpu_second: number;
  /** The last of these slices against the first, and each of them against their median, in the order they were read. */
  readonly last_to_first_by_cpu: number;
  readonly slices_by_cpu: readonly number[];
  /** Resident memory of the reading process after a garbage collection at the end of the first of these slices and of the last, in MB. */
  readonly first_slice_mb: number;
  readonly last_slice_mb: number;
  readonly outcome: string;
  /** The ordinary reading of the same stream, without a backfill and beside one: milliseconds. */
  readonly live_alone_ms: Spread;
  readonly live_beside_ms: Spread;
}

/** So many slices, each of so many orders that its rate is worth something. */
const SLICES = 20;

interface Step {
  /** Slices done after it. */
  readonly done: number;
  readonly mb: number;
  readonly cpu: number;
}

/** Reads all orders of one shop by one backfill, slice by slice, in this process. */
export async function timeLongBackfill(app: App, orders: number, say: (text: string) => void): Promise<LongBackfill> {
  const sources = await BenchSources.start(1, orders, 'shop');
  try {
    const { tenantId, connections } = await addCompany(app, 900, sources.accounts[0]!, ['shopify']);
    const tenant = { id: tenantId, rut: '70000900-0', company_name: 'Empresa 900', time_zone: 'America/Santiago' };
    const deps = { db: app.db, connectors: app.connectors, openSource: app.openSource, now: () => new Date() };
    const from = sources.firstOrderAt;
    const sliceDays = Math.max(1, Math.ceil((Date.now() - Date.parse(from)) / 86_400_000 / SLICES));
    const names = { from: '--from', until: '--until' };
    const how = { reason: 'bench', requestedBy: 'bench', priority: 'normal', onlyMissing: false, sliceDays } as const;
    const wish = { tenants: [tenant], source: 'shopify', stream: 'orders', from, names, ...how };
    const { started } = await startBackfills(deps, wish, new AbortController().signal);
    const { id } = started[0]!;
    const place = { tenantId, connectionId: connections['shopify']! };
    const alone: number[] = [];
    for (let i = 0; i < 4; i++) alone.push(await new LiveReadings(app, place).once());
    const live = new LiveReadings(app, place);
    live.start();
    const backend = (await app.db.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
    const postmaster = await parentOf(backend);
    const cpu = async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6 + (await cpuSeconds(postmaster));
    };
    const steps: Step[] = [];
    const began = { at: performance.now(), cpu: await cpu() };
    for (let more = true; more;) {
      const step = await runBackfill(app.sync, tenantId, id, (connectionId, stream, lane, signal) =>
        app.jobFor(tenantId, connectionId, stream, lane, signal),
      );
      more = step.more;
      globalThis.gc?.();
      const [row] = await showBackfills(app.db, { id });
      steps.push({ done: row!.slices_done, mb: Math.round(process.memoryUsage.rss() / 1024 / 1024), cpu: await cpu() });
      say(`${row!.slices_done} of ${row!.slices} slices, ${row!.read} rows, ${Math.round((performance.now() - began.at) / 1000)} s`);
    }
    const seconds = (performance.now() - began.at) / 1000;
    const beside = await live.stop();
    const [row] = await showBackfills(app.db, { id });
    if (row!.state !== 'done') throw new Error(`the backfill ended ${row!.state}: ${row!.error_message ?? ''}`);
    const slices = await showSlices(app.db, tenantId, id);
    const full = slices.filter(({ records }) => records >= (0.5 * orders) / slices.filter((one) => one.records > 0).length);
    const rates = full.map((slice) => Math.round(slice.rows / slice.seconds));
    const cpuUntil = (slice: number) => (slice === 0 ? began.cpu : steps.find(({ done }) => done >= slice)!.cpu);
    const byCpu = full.map(({ slice, rows }) => rows / (cpuUntil(slice) - cpuUntil(slice - 1)));
    const mb = (slice: number) => steps.find(({ done }) => done >= slice)!.mb;
    const middle = byCpu.toSorted((a, b) => a - b)[byCpu.length >> 1]!;
    const hundredths = (value: number) => Math.round(100 * value) / 100;
    return {
      orders: row!.records,
      rows: row!.read,
      seconds: Math.round(seconds * 10) / 10,
      rows_per_second: Math.round(row!.read / seconds),
      first_slice_rows_per_second: rates[0]!,
      last_slice_rows_per_second: rates.at(-1)!,
      last_to_first: hundredths(rates.at(-1)! / rates[0]!),
      slowest_rows_per_second: Math.min(...rates),
      fastest_rows_per_second: Math.max(...rates),
      slices_rows_per_second: rates,
      rows_per_cpu_second: Math.round(row!.read / (steps.at(-1)!.cpu - began.cpu)),
      last_to_first_by_cpu: hundredths(byCpu.at(-1)! / byCpu[0]!),
      slices_by_cpu: byCpu.map((rate) => hundredths(rate / middle)),
      first_slice_mb: mb(full[0]!.slice),
      last_slice_mb: mb(full.at(-1)!.slice),
      outcome: row!.outcome ?? '',
      // The first reads what the ones after only look at again.
      live_alone_ms: spread(alone.slice(1)),
      live_beside_ms: spread(beside),
    };
  } finally {
    sources.close();
  }
}
