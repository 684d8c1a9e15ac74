import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Batch } from '../../src/store/batch.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig, lineDraft, stockDraft, watched } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

const STAMPS = ['2026-11-01T12:00:00Z', '2026-11-02T12:00:00Z'] as const;
const order = (amount: string, version: 0 | 1 = 0) => ({
  ...orderDraft('1', { amount_total_source: amount, updatedAt: STAMPS[version] }),
  complete: ['order_line'] as const,
});
const line = (id: string, version: 0 | 1 = 0, name = 'x') => lineDraft('1', id, { updatedAt: STAMPS[version], name });

const setUp = async () => {
  const tenant = await rig.tenant();
  return {
    ...tenant,
    amount: async () =>
      (
        await tenant.rows<{ amount: string }>(
          "select trim_scale(amount_total_source)::text as amount from public.source_orders where source_id = '1'",
        )
      ).map((row) => row.amount),
    lines: async () =>
      (await tenant.rows<{ id: string }>('select source_id as id from public.source_order_lines where deleted_at is null order by 1')).map(
        (row) => row.id,
      ),
  };
};

/** Writes a batch while `between` happens after its plan and before it gets the tenant's lock. */
async function writeLate(batch: Batch, between: () => Promise<unknown>) {
  const client = await rig.db.pool.connect();
  let met = false;
  const late = watched(client, (text) => {
    if (met || !text.startsWith('update ops.tenant_write')) return undefined;
    met = true;
    return between().then(() => undefined);
  });
  const balance = await writeBatch(rig.db, batch, late).finally(() => client.release());
  expect(met).toBe(true);
  return balance;
}

describe('of two versions with one stamp', () => {
  test.each([
    ['in the order they were read', [1, 2]],
    ['the other way round', [2, 1]],
  ])('the one asked for later stays, delivered %s', async (_, delivered) => {
    const { shop, amount } = await setUp();
    for (const readSeq of delivered) await writeBatch(rig.db, await rig.batch(shop, readSeq, [order(String(readSeq * 100))]));
    expect(await amount()).toEqual(['200']);
  });

  test('the later stamp wins over a later reading', async () => {
    const { shop, amount } = await setUp();
    await writeBatch(rig.db, await rig.batch(shop, 1, [order('100', 1)]));
    await writeBatch(rig.db, await rig.batch(shop, 2, [order('200', 0)]));
    expect(await amount()).toEqual(['100']);
  });

  test('a newer stamp with old content is remembered: what lies between does not come back', async () => {
    const { shop, amount } = await setUp();
    const between = { ...orderDraft('1', { amount_total_source: '5', updatedAt: '2026-11-01T18:00:00Z' }) };
    await writeBatch(rig.db, await rig.batch(shop, 1, [order('100', 0)]));
    await writeBatch(rig.db, await rig.batch(shop, 3, [order('100', 1)]));
    await writeBatch(rig.db, await rig.batch(shop, 2, [between]));
    expect(await amount()).toEqual(['100']);
  });
});

test('the number of a page is drawn before the page is asked for', async () => {
  const { shop, rows } = await setUp();
  let inside = 0n;
  const stream = scripted(async function* () {
    const { rows: drawn } = await rig.db.query<{ n: string }>(`select nextval('ops.read_seq')::text as n`);
    inside = BigInt(drawn[0]!.n);
    yield pageOf([order('1')]);
  });
  await runSync(syncDeps(rig.db), jobOf(shop, stream));
  const stored = await rows<{ n: string }>('select read_seq::text as n from public.source_orders');
  expect(BigInt(stored[0]!.n)).toBeLessThan(inside);
});

describe('a row taken for gone', () => {
  const snapshot = async (place: Parameters<EngineRig['batch']>[0], readSeq: number, ids: string[]) =>
    writeBatch(
      rig.db,
      await rig.batch(
        place,
        readSeq,
        ids.map((id) => stockDraft(id, '1')),
        { stream: 'inventory_levels', snapshot: { entities: ['inventory_level'], counted: ids.length } },
      ),
    );
  const STATE = `select source_id as id, deleted_at is not null as gone, revision from public.inventory_levels order by 1`;

  test('returns with a later reading although nothing in it changed, and with no earlier one', async () => {
    const { odoo, rows } = await setUp();
    await snapshot(odoo, 10, ['a', 'b']);
    await snapshot(odoo, 20, ['a']);
    const gone = { id: 'b', gone: true, revision: 2 };
    expect(await rows(STATE)).toContainEqual(gone);
    await writeBatch(rig.db, await rig.batch(odoo, 15, [stockDraft('b', '1')], { stream: 'inventory_levels' }));
    expect(await rows(STATE)).toContainEqual(gone);
    await snapshot(odoo, 30, ['a', 'b']);
    expect(await rows(STATE)).toEqual([
      { id: 'a', gone: false, revision: 1 },
      { id: 'b', gone: false, revision: 3 },
    ]);
  });

  test('is only one that was read before the snapshot', async () => {
    const { odoo, rows } = await setUp();
    await snapshot(odoo, 30, ['a', 'b']);
    await snapshot(odoo, 20, ['a']);
    expect(await rows(STATE)).toEqual([
      { id: 'a', gone: false, revision: 1 },
      { id: 'b', gone: false, revision: 1 },
    ]);
  });
});

describe('a batch planned before another committed', () => {
  test('writes what it had taken for unchanged, when the other changed it to something older', async () => {
    const { shop, amount } = await setUp();
    await writeBatch(rig.db, await rig.batch(shop, 1, [order('100')]));
    const unchanged = await rig.batch(shop, 3, [order('100'), orderDraft('2')]);
    const older = await rig.batch(shop, 2, [order('50')]);
    const balance = await writeLate(unchanged, async () => writeBatch(rig.db, older));
    expect(await amount()).toEqual(['100']);
    expect(balance.of('order')).toMatchObject({ read: 2, inserted: 1, updated: 1, unchanged: 0, superseded: 0 });
  });

  test('leaves alone what it had taken for newer, when the other brought something newer still', async () => {
    const { shop, amount } = await setUp();
    const balance = await writeLate(await rig.batch(shop, 1, [order('100', 0)]), async () =>
      writeBatch(rig.db, await rig.batch(shop, 2, [order('200', 1)])),
    );
    expect(await amount()).toEqual(['200']);
    expect(balance.of('order')).toMatchObject({ read: 1, inserted: 0, updated: 0, unchanged: 0, superseded: 1 });
  });

  test('sums what both brought to one day', async () => {
    const { shop, rows } = await setUp();
    await writeLate(await rig.batch(shop, 1, [orderDraft('1')]), async () =>
      writeBatch(rig.db, await rig.batch(shop, 2, [orderDraft('2')])),
    );
    expect(await rows('select orders::int, amount_total::int as amount from kpi.sales_daily')).toEqual([{ orders: 2, amount: 2000 }]);
  });

  test('takes for gone what the other brought from an older reading', async () => {
    const { shop, lines } = await setUp();
    await writeLate(await rig.batch(shop, 2, [order('200', 1), line('a', 1)]), async () =>
      writeBatch(rig.db, await rig.batch(shop, 1, [order('100', 0), line('a'), line('b')])),
    );
    expect(await lines()).toEqual(['a']);
  });

  test('does not bring back lines of an order the other knows better', async () => {
    const { shop, lines } = await setUp();
    const balance = await writeLate(await rig.batch(shop, 1, [order('100', 0), line('a'), line('b')]), async () =>
      writeBatch(rig.db, await rig.batch(shop, 2, [order('200', 1), line('a', 1)])),
    );
    expect(await lines()).toEqual(['a']);
    expect(balance.of('order_line')).toMatchObject({ read: 2, inserted: 0, updated: 0, unchanged: 0, superseded: 2 });
  });
});

describe('lines of an older version of their order', () => {
  test('do not come back from a tombstone that is older still', async () => {
    const { shop, lines } = await setUp();
    await writeBatch(rig.db, await rig.batch(shop, 1, [order('100'), line('a')]));
    // Gone in the next version; an edit brings it back and another one drops it, and of these two the later is stored first.
    await writeBatch(rig.db, await rig.batch(shop, 2, [order('100')]));
    await writeBatch(rig.db, await rig.batch(shop, 4, [order('400', 1)]));
    await writeBatch(rig.db, await rig.batch(shop, 3, [order('300', 1), line('a', 1)]));
    expect(await lines()).toEqual([]);
  });

  test('do not come in after the newer version', async () => {
    const { shop, lines } = await setUp();
    await writeBatch(rig.db, await rig.batch(shop, 2, [order('200', 1), line('a', 1)]));
    const balance = await writeBatch(rig.db, await rig.batch(shop, 1, [order('100', 0), line('a'), line('b')]));
    expect(await lines()).toEqual(['a']);
    expect(balance.of('order_line')).toMatchObject({ read: 2, inserted: 0, superseded: 2 });
  });

  test.each([
    ['are not stored', []],
    ['do not stay', [line('b')]],
  ])('%s when one batch holds both versions', async (_, before) => {
    const { shop, lines, rows, tenantId } = await setUp();
    if (before.length > 0) await writeBatch(rig.db, await rig.batch(shop, 0, [order('50', 0), ...before]));
    const pages = [pageOf([order('100', 0), line('a'), line('b')], { end: false }), pageOf([order('200', 1), line('a', 1)])];
    await runSync(syncDeps(rig.db), jobOf(shop, scripted(pages)));
    expect(await lines()).toEqual(['a']);
    const rest = `select sum(read - inserted - updated - unchanged - superseded - excluded - quarantined)::int as rest from ops.run_counts where tenant_id = '${tenantId}'`;
    expect(await rows(rest)).toEqual([{ rest: 0 }]);
  });
});

test('memory does not grow with the length of a walk', { timeout: 120_000 }, async () => {
  const { shop, rows } = await setUp();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const heap: Record<number, number> = {};
  const note = 'payload '.repeat(500);
  const stream = scripted(async function* () {
    for (let page = 1; page <= 200; page += 1) {
      if (page === 20 || page === 200) heap[page] = used();
      const drafts = Array.from({ length: 50 }, (_, i) => ({ ...orderDraft(`${page}-${i}`), raw: { note: `${note}${page}-${i}` } }));
      yield pageOf(drafts, { end: page === 200 });
    }
  });
  const buffer = { rows: 100, bytes: 1e9, milliseconds: 1e9 };
  expect((await runSync({ ...syncDeps(rig.db), buffer }, jobOf(shop, stream))).complete).toBe(true);
  expect(await rows('select count(*)::int as n from public.source_orders')).toEqual([{ n: 10_000 }]);
  // The 180 pages between are 36 MB of payload: to keep a fifth of them would show.
  expect(heap[200]! - heap[20]!).toBeLessThan(8 * 1024 * 1024);
});
