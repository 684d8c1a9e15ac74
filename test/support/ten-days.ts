import type { Counting, InstantRange, Page, ReadRequest, Stream } from '#contract';
import { addBackfill, showBackfills } from '../../src/store/backfills.ts';
import { showSlices } from '../../src/store/backfill-slices.ts';
import type { Database } from '../../src/store/database.ts';
import { runBackfill } from '../../src/sync/run-backfill.ts';
import type { SyncDeps } from '../../src/sync/run-sync.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from './scripted-stream.ts';
import { utcSlices } from './utc-slices.ts';

export const FROM = '2026-01-01T00:00:00Z';
const UNTIL = '2026-01-11T00:00:00Z';
export const DAY = 86_400_000;

/** Each page is a batch, so that there is a last committed one. */
export const pageByPage = (db: Database): SyncDeps => ({ ...syncDeps(db), buffer: { rows: 1, bytes: 1e9, milliseconds: 1e9 } });

type Ranged = Extract<ReadRequest, { kind: 'backfill' }>;
/** An order of noon of a day, counted from `FROM`. */
export const orderAt = (day: number, id = `d${day}`) => {
  const at = new Date(Date.parse(FROM) + day * DAY + 3_600_000 * 12).toISOString();
  return { ...orderDraft(id, { created_at: at, updatedAt: at }), sourceCreatedAt: at };
};

/** A source with an order at noon of each of ten days, a day a page; `before` may hold a page back or fail. */
export class TenDays {
  /** Days whose order there is. */
  days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  readonly read: number[] = [];
  before: (day: number, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  rejects: Page['rejects'] = [];
  counts: ((ranges: readonly InstantRange[]) => ReturnType<Counting<unknown>['count']>) | null = (ranges) =>
    Promise.resolve({
      counts: ranges.map(({ from, until: end }) => ({ count: this.#within(from, end).length, precision: 'exact' })),
      notices: [],
    });

  #within(from: string, end: string): number[] {
    return this.days.filter((day) => {
      const at = Date.parse(FROM) + day * DAY + DAY / 2;
      return at >= Date.parse(from) && at < Date.parse(end);
    });
  }

  get stream(): Stream<unknown> {
    const { counts } = this;
    return {
      ...scripted([]),
      backfill: 'time-window',
      ...(counts === null
        ? {}
        : {
            counting: {
              entity: 'order',
              rows: { at: 'source_created_at' },
              count: (_context: unknown, ranges: readonly InstantRange[]) => counts(ranges),
            },
          }),
      read: (context, request) => this.#pages(request as Ranged, context.signal),
    };
  }

  async *#pages({ from, until: end, cursor }: Ranged, signal: AbortSignal): AsyncGenerator<Page, void, void> {
    const days = this.#within(from, end);
    for (let walk = Number(cursor?.walk ?? 0); walk < days.length; walk++) {
      await this.before(days[walk]!, signal);
      this.read.push(days[walk]!);
      yield pageOf([orderAt(days[walk]!)], { end: false, cursor: { v: 1, watermark: null, walk: walk + 1 }, rejects: this.rejects });
    }
    yield pageOf([], { end: true });
  }
}

/** A company whose shop is that source, and a backfill of all ten days in two slices, queued. */
export async function queuedTenDays(db: Database, source: TenDays) {
  const deps = pageByPage(db);
  const { tenantId, connections } = await tenantWith(db, ['shopify'], { timeZone: 'UTC' });
  const place = { tenantId, connectionId: connections['shopify']!, source: 'shopify' };
  const request = {
    ...place,
    stream: 'orders',
    from: FROM,
    until: UNTIL,
    reason: 'test',
    requestedBy: 'test',
    counts: 'order',
    slices: utcSlices(FROM, UNTIL, 5),
  };
  const id = await addBackfill(db, request);
  const step = () =>
    runBackfill(deps, tenantId, id, (_connection, _stream, lane, signal) =>
      Promise.resolve(jobOf({ ...place, lane }, source.stream, signal)),
    );
  const toTheEnd = async () => {
    while ((await step()).more);
  };
  const shown = async () => (await showBackfills(db, { tenantId, id }))[0]!;
  return { tenantId, place, request, id, step, toTheEnd, shown, slices: () => showSlices(db, tenantId, id) };
}
