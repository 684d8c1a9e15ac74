import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineStream, type Draft, type Page } from '#contract';
import { wakeStreams } from '../../src/store/streams.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig, lineDraft, stockDraft, type Place } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

const sync = (place: Place, pages: readonly Page[], stream = 'orders', release = '1') =>
  runSync({ ...syncDeps(rig.db), release }, jobOf(place, scripted(pages, stream)));

/** A draft as no type allows it: what a source may send all the same. */
const broken = (change: Record<string, unknown>, fields: Record<string, unknown> = {}): Draft => {
  const draft = orderDraft('bad');
  return { ...draft, ...change, fields: { ...draft.fields, ...fields } } as Draft;
};

const TEN_MB = 'x'.repeat(10 * 1024 * 1024);

describe('a poisoned record', () => {
  test.each<[string, Draft]>([
    ['a NUL', broken({}, { name: 'a\u0000b' })],
    ['half a surrogate pair', broken({}, { name: 'a\ud800b' })],
    ['NaN for an amount', broken({}, { amount_total_source: 'NaN' })],
    ['NaN as a number', broken({}, { amount_total_source: Number.NaN })],
    ['an infinite amount', broken({}, { amount_total_source: 'Infinity' })],
    ['a number where text belongs', broken({}, { name: 7 })],
    ['an object where text belongs', broken({}, { name: { es: 'x' } })],
    ['false where text belongs', broken({}, { name: false })],
    ['an unknown word', broken({}, { status: 'lost' })],
    ['a field too many', broken({}, { surprise: 'x' })],
    ['a field too few', broken({}, { name: undefined })],
    ['2^70 with an exponent', broken({}, { amount_total_source: '1.18e21' })],
    ['more digits than any amount has', broken({}, { amount_total_source: '9'.repeat(40) })],
    ['a sequence beyond 2^53', broken({ sourceSeq: 2 ** 53 })],
    ['a field of 10 MB', broken({}, { name: TEN_MB })],
    ['no id', broken({ sourceId: undefined })],
    ['an empty id', broken({ sourceId: '' })],
    ['a number for an id', broken({ sourceId: 7 })],
    ['an id with a NUL', broken({ sourceId: 'a\u0000b' })],
    ['an id of 10 MB', broken({ sourceId: TEN_MB })],
    ['a reference with half a surrogate pair', broken({}, { customer_id: '\udfff' })],
    ['a day that is in no calendar', broken({}, { created_at: '2026-02-30T00:00:00Z' })],
    ['a time that is on no clock', broken({}, { created_at: '2026-02-03T24:30:00Z' })],
    ['a version of no calendar', broken({ sourceUpdatedAt: '2026-02-30T00:00:00Z' })],
    ['a version of no clock', broken({ sourceUpdatedAt: '2026-13-41T77:88:99Z' })],
    ['a version of the year 0', broken({ sourceUpdatedAt: '0000-01-01T00:00:00Z' })],
  ])('with %s goes to quarantine alone, and everything around it is stored', async (_, bad) => {
    const { shop, rows, tenantId } = await rig.tenant();
    const page = pageOf([orderDraft('1'), bad, orderDraft('2')], { cursor: { v: 1, watermark: 'after', walk: null } });
    expect(await sync(shop, [page])).toEqual({ outcome: 'unverified', complete: true, error: null, kind: null });
    expect(await rows('select source_id from public.source_orders order by 1')).toEqual([{ source_id: '1' }, { source_id: '2' }]);
    const kept = await rows<{ reason: string; size: number }>(
      `select reason, length(payload) as size from ops.quarantine where tenant_id = '${tenantId}' and state = 'open'`,
    );
    expect(kept).toHaveLength(1);
    expect(kept[0]!.reason).not.toBe('');
    expect(kept[0]!.size).toBeLessThanOrEqual(64 * 1024);
    const counts = await rows(`select read::int, inserted::int, quarantined::int from ops.run_counts where tenant_id = '${tenantId}'`);
    expect(counts).toEqual([{ read: 3, inserted: 2, quarantined: 1 }]);
    const places = await rows(`select cursor ->> 'watermark' as watermark from ops.streams where tenant_id = '${tenantId}' and epoch > 0`);
    expect(places).toEqual([{ watermark: 'after' }]);
  });

  test('seen again is counted, not stored twice', async () => {
    const { shop, rows, tenantId } = await rig.tenant();
    const bad = () => pageOf([orderDraft('1', { name: '\u0000' })]);
    await sync(shop, [bad()]);
    await sync(shop, [bad(), bad()]);
    expect(await rows(`select times from ops.quarantine where tenant_id = '${tenantId}'`)).toEqual([{ times: 3 }]);
  });

  test('whose payload holds what jsonb cannot store loses just those characters of the payload', async () => {
    const { shop, rows } = await rig.tenant();
    await sync(shop, [pageOf([{ ...orderDraft('1'), raw: { note: 'a\u0000b\ud800c', path: 'C:\\u0000' } }])]);
    expect(await rows('select payload from raw.records')).toEqual([{ payload: { note: 'a\ufffdb\ufffdc', path: 'C:\\u0000' } }]);
  });
});

test('the same key twice in a batch keeps the newest, in whichever order they come', async () => {
  const { shop, rows, tenantId } = await rig.tenant();
  const version = (hour: string, amount: string) =>
    orderDraft('1', { updatedAt: `2026-11-01T${hour}:00:00Z`, amount_total_source: amount });
  await sync(shop, [pageOf([version('12', '1'), version('14', '3'), version('13', '2')], { end: false }), pageOf([version('11', '9')])]);
  expect(await rows('select amount_total::text as amount, revision from public.source_orders')).toEqual([{ amount: '3', revision: 1 }]);
  expect(await rows(`select read::int, inserted::int, superseded::int from ops.run_counts where tenant_id = '${tenantId}'`)).toEqual([
    { read: 4, inserted: 1, superseded: 3 },
  ]);
});

describe('a held stream', () => {
  const mostlyBad = () =>
    pageOf(
      Array.from({ length: 40 }, (_, i) => orderDraft(String(i), i < 11 ? { name: '\u0000' } : {})),
      { cursor: { v: 1, watermark: 'after', walk: null }, covered: { from: null, until: '2026-11-02T00:00:00Z' } },
    );
  const place = async (tenantId: string) =>
    (
      await rig.db.query(
        `select cursor ->> 'watermark' as watermark, covered_until is not null as covered, held_because is not null as held
         from ops.streams where tenant_id = $1 and epoch > 0`,
        [tenantId],
      )
    ).rows;

  test('is not read again by the same release, and is read by the next', async () => {
    const { shop, tenantId } = await rig.tenant();
    expect((await sync(shop, [mostlyBad()])).outcome).toBe('held');
    expect(await place(tenantId)).toEqual([{ watermark: null, covered: false, held: true }]);
    let asked = 0;
    const stream = scripted(async function* () {
      asked += 1;
      yield pageOf([orderDraft('100')]);
    });
    expect((await runSync({ ...syncDeps(rig.db), release: '1' }, jobOf(shop, stream))).outcome).toBe('held');
    expect(asked).toBe(0);
    expect((await runSync({ ...syncDeps(rig.db), release: '2' }, jobOf(shop, stream))).outcome).toBe('unverified');
    expect(asked).toBe(1);
    expect(await place(tenantId)).toEqual([{ watermark: null, covered: false, held: false }]);
  });

  test('goes on when a person accepts, and is held anew when it happens again', async () => {
    const { shop, tenantId, rows } = await rig.tenant();
    await sync(shop, [mostlyBad()]);
    expect(await rows('select state, problem_es from kpi.freshness order by 1')).toContainEqual({
      state: 'held',
      problem_es:
        'Se rechazó más del 5 % de los últimos 200 registros, y la lectura espera a una persona. Avise a quien administra este servicio.',
    });
    await wakeStreams(rig.db, { tenantId, source: 'shopify', stream: 'orders', accept: true });
    expect(await sync(shop, [mostlyBad()])).toEqual({ outcome: 'unverified', complete: true, error: null, kind: null });
    expect(await place(tenantId)).toEqual([{ watermark: 'after', covered: true, held: false }]);
    expect(await rows('select state, problem_es from kpi.freshness where last_batch_at is not null')).toEqual([
      { state: 'ok', problem_es: null },
    ]);
    expect((await sync(shop, [mostlyBad()])).outcome).toBe('held');
  });

  test('is not held by ten of two hundred', async () => {
    const { shop } = await rig.tenant();
    const drafts = Array.from({ length: 200 }, (_, i) => orderDraft(String(i), i < 10 ? { name: '\u0000' } : {}));
    expect((await sync(shop, [pageOf(drafts)])).outcome).toBe('unverified');
  });
});

describe('a snapshot', () => {
  const snapshot = (drafts: readonly Draft[], counted = drafts.length, more: Partial<Page> = {}) =>
    pageOf(drafts, { snapshot: { entities: ['inventory_level'], counted }, ...more });
  const stock = async (...pages: Page[]) => {
    const tenant = await rig.tenant();
    const read = (page: Page) => sync(tenant.odoo, [page], 'inventory_levels');
    for (const page of pages) await read(page);
    const alive = async () =>
      (await tenant.rows<{ id: string }>('select source_id as id from public.inventory_levels where deleted_at is null order by 1')).map(
        (r) => r.id,
      );
    return { ...tenant, read, alive };
  };

  test('replaces the one before', async () => {
    const { read, alive } = await stock(snapshot([stockDraft('a', '1'), stockDraft('b', '2')]));
    expect((await read(snapshot([stockDraft('b', '2'), stockDraft('c', '3')]))).outcome).toBe('verified');
    expect(await alive()).toEqual(['b', 'c']);
    await read(snapshot([stockDraft('a', '1'), stockDraft('b', '2')]));
    expect(await alive()).toEqual(['a', 'b']);
  });

  test.each<[string, Page]>([
    ['that is incomplete', snapshot([stockDraft('b', '7')], 2)],
    ['that is longer than the source counts', snapshot([stockDraft('b', '7'), stockDraft('c', '7')], 1)],
    ['that repeats a record instead of giving all', snapshot([stockDraft('b', '7'), stockDraft('b', '7')])],
    ['that is empty where there were rows', snapshot([])],
  ])('%s is held back and changes nothing', async (_, page) => {
    const { read, alive, rows, tenantId } = await stock(snapshot([stockDraft('a', '1'), stockDraft('b', '2')]));
    const cursor = () => rows(`select cursor, covered_until from ops.streams where tenant_id = '${tenantId}' and epoch > 0`);
    const before = await cursor();
    const result = await read({ ...page, cursor: { v: 1, watermark: 'beyond', walk: null } });
    expect(result).toMatchObject({ outcome: 'failed', error: expect.stringContaining('Nothing was replaced') as string });
    expect(await alive()).toEqual(['a', 'b']);
    expect(await rows('select quantity_on_hand::int as n from public.inventory_levels order by source_id')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await cursor()).toEqual(before);
  });

  test('that is empty is fine where nothing was', async () => {
    const { read } = await stock();
    expect((await read(snapshot([]))).outcome).toBe('verified');
  });

  test.each<[string, Page]>([
    [
      'by its own mapping',
      snapshot([stockDraft('a', '5')], 2, { rejects: [{ entity: 'inventory_level', sourceId: 'b', reason: 'x', payload: {} }] }),
    ],
    ['by our rules', snapshot([stockDraft('a', '5'), stockDraft('b', 'much')])],
  ])('with a record refused %s is stored, and takes no row for gone', async (_, page) => {
    const { read, alive, rows } = await stock(snapshot(['a', 'b', 'c'].map((id) => stockDraft(id, '1'))));
    expect((await read(page)).outcome).toBe('verified');
    expect(await alive()).toEqual(['a', 'b', 'c']);
    expect(await rows(`select quantity_on_hand::int as n from public.inventory_levels where source_id = 'a'`)).toEqual([{ n: 5 }]);
  });
});

test('a refused line is not taken for gone, nor are the other lines of the page', async () => {
  const { odoo, rows } = await rig.tenant();
  const order = { ...orderDraft('1'), complete: ['order_line'] as const };
  await sync(odoo, [pageOf([order, lineDraft('1', 'a'), lineDraft('1', 'b')])]);
  await sync(odoo, [pageOf([order, lineDraft('1', 'a', { name: '\u0000' })])]);
  expect(await rows('select source_id from public.source_order_lines where deleted_at is null order by 1')).toEqual([
    { source_id: 'a' },
    { source_id: 'b' },
  ]);
});

describe('a stored cursor', () => {
  const asked: unknown[] = [];
  const stream = (version: number, watermark: z.ZodType) =>
    defineStream({
      ...scripted([]),
      cursorVersion: version,
      watermark,
      walk: z.string(),
      async *read(_, request) {
        asked.push({ watermark: request.watermark, walk: request.walk });
        yield pageOf([orderDraft('1')], { cursor: { v: version, watermark: `mark of ${version}`, walk: null } });
      },
    });
  const run = (place: Place, version: number, watermark: z.ZodType = z.string()) =>
    runSync(syncDeps(rig.db), jobOf(place, stream(version, watermark)));
  const COMMAND = 'kpi sync --stream orders --reset-cursor';

  test.each<[string, number, z.ZodType, unknown]>([
    ['another version', 2, z.string(), 'mark of 1'],
    ['another shape', 1, z.number(), null],
  ])('of %s is refused with the command that starts again, and that command works', async (_, version, watermark, goesOn) => {
    const { shop, tenantId } = await rig.tenant();
    await run(shop, 1);
    asked.length = 0;
    expect(await run(shop, version, watermark)).toMatchObject({ outcome: 'failed', error: expect.stringContaining(COMMAND) as string });
    expect(asked).toEqual([]);
    await wakeStreams(rig.db, { tenantId, stream: 'orders', resetCursor: true });
    expect((await run(shop, version, watermark)).outcome).toBe('unverified');
    // From the overlap where the mark can still be read, else from the start; never from the middle of the old walk.
    expect(asked).toEqual([{ watermark: goesOn, walk: null }]);
  });

  test('that is reset before the first read leaves the first read as it was', async () => {
    const { shop, tenantId } = await rig.tenant();
    asked.length = 0;
    await wakeStreams(rig.db, { tenantId, stream: 'orders', resetCursor: true });
    expect((await run(shop, 1)).outcome).toBe('unverified');
    expect(asked).toEqual([{ watermark: null, walk: null }]);
  });
});
