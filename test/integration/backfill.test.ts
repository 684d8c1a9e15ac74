import { afterAll, expect, test } from 'vitest';
import { SourceError, type Page, type ReadRequest, type Stream } from '#contract';
import { addBackfill, showBackfills } from '../../src/store/backfills.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueWaitingBackfills } from '../../src/store/streams.ts';
import { runBackfill } from '../../src/sync/run-backfill.ts';
import { runSync, type SyncDeps } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';
import { utcSlices } from '../support/utc-slices.ts';

const database = await testDatabase();
const db = new Database({ url: database.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await database.close();
});

const FROM = '2026-01-01T00:00:00Z';
const UNTIL = '2026-03-02T00:00:00Z';
// Each page is committed by itself, so that the middle of a slice exists.
const deps: SyncDeps = { ...syncDeps(db), buffer: { rows: 1, bytes: 1e9, milliseconds: 1e9 } };
const at = (step: string | null) => ({ v: 1, watermark: null, walk: step });
const unavailable = () => new SourceError({ kind: 'transient', code: 'server_error', message: 'it is away', advice: 'Wait' });

type Read = (request: ReadRequest) => AsyncGenerator<Page, void, void>;
type Ranged = Extract<ReadRequest, { kind: 'backfill' }>;

const streamOf = (read: Read): Stream<unknown> => ({
  ...scripted([]),
  backfill: 'time-window',
  read: (_context, request) => read(request),
});

/** A company with a shop whose live cursor stands somewhere, and a backfill of two slices, not begun. */
async function queued(read: Read, days = 30, reading: SyncDeps = deps) {
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const place = { tenantId, connectionId: connections['shopify']!, source: 'shopify' };
  const live = (pages: readonly Page[]) => runSync(reading, jobOf(place, scripted(pages)));
  await live([pageOf([], { cursor: { v: 1, watermark: 'here', walk: null } })]);
  const id = await addBackfill(db, {
    ...place,
    stream: 'orders',
    from: FROM,
    until: UNTIL,
    reason: 'test',
    requestedBy: 'test',
    slices: utcSlices(FROM, UNTIL, days),
  });
  const step = () => runBackfill(reading, tenantId, id, async (_c, _s, lane) => jobOf({ ...place, lane }, streamOf(read)));
  const toTheEnd = async () => {
    let steps = 1;
    while ((await step()).more && steps < 50) steps += 1;
    return steps;
  };
  const rows = <R extends Record<string, unknown>>(text: string) =>
    db.transaction(tenantId, async ({ query }) => (await query<R>(text)).rows);
  const shown = async () => (await showBackfills(db, { tenantId, id }))[0]!;
  const liveCursor = async () =>
    (await rows<{ cursor: unknown }>(`select cursor from ops.streams where lane = 'live' and tenant_id = '${tenantId}'`))[0]!.cursor;
  /** Whether the clock would wake it now. */
  const due = async (): Promise<boolean> => {
    const jobs = 'graphile_worker._private_jobs where key = $1';
    const key = `backfill:${id}`;
    await withDirectSession(database.adminUrl, (admin) => admin.run(`delete from ${jobs}`, [key]));
    await enqueueWaitingBackfills(db);
    return (await withDirectSession(database.adminUrl, (admin) => admin.run(`select 1 from ${jobs}`, [key]))).length === 1;
  };
  return { live, step, toTheEnd, rows, shown, liveCursor, due };
}

const makeDue = (id: string) => db.query('update ops.backfills set retry_at = clock_timestamp() where id = $1', [id]);

test('goes slice by slice, newest first, ends done with a balance, and never touches the live cursor', async () => {
  const asked: [string, string][] = [];
  const { toTheEnd, shown, liveCursor, live, rows } = await queued(async function* (request) {
    const { from, until } = request as Ranged;
    asked.push([from, until]);
    yield pageOf([orderDraft(from), orderDraft('always')], { cursor: at(from) });
  });
  await live([pageOf([orderDraft('always')], { cursor: { v: 1, watermark: 'here', walk: null } })]);
  expect(await toTheEnd()).toBe(2);
  expect(asked).toEqual([
    ['2026-01-31T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['2026-01-01T00:00:00.000Z', '2026-01-31T00:00:00.000Z'],
  ]);
  const done = await shown();
  expect(done).toMatchObject({ state: 'done', slices: 2, slices_done: 2, read: 4, inserted: 2, unchanged: 2, error_message: null });
  expect(done.ended_at).not.toBeNull();
  expect(await liveCursor()).toEqual({ v: 1, watermark: 'here', walk: null });
  expect(await rows('select count(*)::int as n from public.source_orders')).toEqual([{ n: 3 }]);
});

test('what it read before a live sync never overwrites what the live sync wrote meanwhile', async () => {
  const old = [orderDraft('same', { amount_total_source: '1' }), orderDraft('later', { amount_total_source: '1' })];
  const { step, live, rows, shown } = await queued(async function* () {
    // The source has answered; before the answer is written the live sync reads and writes both records. One carries a later
    // stamp, the other the same: there the order of reading must decide.
    await live([
      pageOf([
        orderDraft('same', { amount_total_source: '2' }),
        orderDraft('later', { amount_total_source: '2', updatedAt: '2026-11-09T00:00:00Z' }),
      ]),
    ]);
    yield pageOf(old, { cursor: at(null) });
  }, 100);
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  expect(await rows('select source_id, amount_total::text from public.source_orders order by 1')).toEqual([
    { source_id: 'later', amount_total: '2' },
    { source_id: 'same', amount_total: '2' },
  ]);
  expect(await shown()).toMatchObject({ state: 'done', read: 2, superseded: 2, updated: 0 });
});

test('broken off in the middle of a slice it goes on behind the last committed page', async () => {
  const begunAt: unknown[] = [];
  const { step, toTheEnd, shown } = await queued(async function* ({ cursor }) {
    begunAt.push(cursor?.walk ?? null);
    if (cursor?.walk !== 'second') {
      yield pageOf([orderDraft('1')], { cursor: at('first'), end: false });
      yield pageOf([orderDraft('2')], { cursor: at('second'), end: false });
      throw unavailable();
    }
    yield pageOf([orderDraft('3')], { cursor: at('third') });
  }, 100);
  expect(await step()).toMatchObject({ more: true });
  expect(await shown()).toMatchObject({ state: 'running', slices_done: 0, read: 2 });
  await toTheEnd();
  expect(begunAt).toEqual([null, 'second']);
  expect(await shown()).toMatchObject({ state: 'done', read: 3, inserted: 3, unchanged: 0 });
});

test('a source that goes away makes it wait with the reason, and once it is back it goes on behind its last committed page', async () => {
  let away = true;
  let tries = 0;
  const { step, toTheEnd, shown, liveCursor, due } = await queued(async function* ({ cursor }) {
    tries += 1;
    if (cursor === null) yield pageOf([orderDraft('1')], { cursor: at('first'), end: false });
    if (away) throw unavailable();
    yield pageOf([orderDraft('2')], { cursor: at('second') });
  }, 100);
  const waits: number[] = [];
  for (let next = await step(); next.more; next = await step()) waits.push(next.waitSeconds);
  expect(tries).toBe(2);
  expect(waits).toEqual([expect.any(Number)]);
  expect(waits[0]).toBeGreaterThan(0);
  const waiting = await shown();
  expect(waiting).toMatchObject({ state: 'waiting', slices_done: 0, inserted: 1, retries: 1, ended_at: null });
  expect(waiting.error_message).toContain('it is away. Wait');
  // The clock wakes it when it is due, and not before; while it is away that is later each time.
  expect(await due()).toBe(false);
  await makeDue(waiting.id);
  expect(await due()).toBe(true);
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  const again = await shown();
  expect(again).toMatchObject({ state: 'waiting', retries: 2 });
  const pause = (row: typeof again) => row.retry_at!.getTime() - Date.now();
  expect(pause(again)).toBeGreaterThan(pause(waiting));
  away = false;
  await toTheEnd();
  expect(await shown()).toMatchObject({ state: 'done', inserted: 2, unchanged: 0, error_message: null, retry_at: null });
  expect(await liveCursor()).toEqual({ v: 1, watermark: 'here', walk: null });
});

test('a fault of ours ends it after five tries, with its reason', async () => {
  let tries = 0;
  // eslint-disable-next-line require-yield
  const { step, shown } = await queued(async function* () {
    tries += 1;
    throw new Error('this mapping is broken');
  });
  while ((await step()).more);
  expect(tries).toBe(5);
  const failed = await shown();
  expect(failed).toMatchObject({ state: 'failed', slices_done: 0 });
  expect(failed.error_message).toContain('this mapping is broken');
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
});

test('tries are counted anew once a job has read without a failure, though the slice is not at its end', async () => {
  let reads = 0;
  const { toTheEnd, shown } = await queued(async function* ({ cursor }) {
    reads += 1;
    const place = Number(cursor?.walk ?? 0);
    // Every other read fails; eight failures in all.
    if (reads % 2 === 0) throw unavailable();
    yield pageOf([orderDraft(String(place))], { cursor: at(String(place + 1)), end: place === 8 });
  }, 100);
  await toTheEnd();
  expect(await shown()).toMatchObject({ state: 'done', inserted: 9 });
});

test('a backfill commits its pages in larger batches than the ordinary reading: each batch makes its days anew', async () => {
  const thousand = (page: number) => Array.from({ length: 1000 }, (_, i) => orderDraft(`${page}-${i}`));
  const pages = [0, 1, 2].map((page) => pageOf(thousand(page), { end: page === 2, cursor: at(String(page)) }));
  const read: Read = async function* () {
    yield* pages;
  };
  const { step, live, rows } = await queued(read, 100, syncDeps(db));
  await live(pages);
  await step();
  expect(await rows('select lane = $$live$$ as live, pages, batches from ops.runs where pages = 3 order by started_at')).toEqual([
    { live: true, pages: 3, batches: 3 },
    { live: false, pages: 3, batches: 1 },
  ]);
});
