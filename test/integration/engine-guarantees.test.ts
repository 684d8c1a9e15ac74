import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from '#contract';
import { Database } from '../../src/store/database.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { runSync, type SyncJob } from '../../src/sync/run-sync.ts';
import { EngineRig, lineDraft, watched, type Place } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

const EACH_PAGE = { rows: 1, bytes: 1e9, milliseconds: 1e9 };
const at = (step: string) => ({ v: 1, watermark: null, walk: step });

describe('a batch', () => {
  /** A tenant with rows, and a batch that inserts, changes, tombstones, quarantines, links, sums and moves the cursor. */
  const prepare = async () => {
    const tenant = await rig.tenant();
    const { shop, odoo } = tenant;
    const full = { complete: ['order_line'] as const, raw: { note: 'as it came' } };
    await writeBatch(rig.db, await rig.batch(odoo, 1, [orderDraft('m', { shop_order_name: '2' })]));
    await writeBatch(rig.db, await rig.batch(shop, 2, [{ ...orderDraft('1'), ...full }, lineDraft('1', 'a'), lineDraft('1', 'b')]));
    const changed = { ...orderDraft('1', { amount_total_source: '7', updatedAt: '2026-11-02T00:00:00Z' }), ...full };
    const original = orderDraft('2', { shop_order_id: '2', shop_order_name: '2', amount_total_source: '30' });
    const batch = await rig.batch(shop, 3, [changed, lineDraft('1', 'a', { updatedAt: '2026-11-02T00:00:00Z' }), original], {
      lane: 'live',
      rejects: [{ entity: 'order', sourceId: '9', reason: 'bad', payload: {} }],
      excluded: { draft: 2 },
      cursor: at('3'),
      covered: { from: null, until: '2026-11-02T00:00:00Z' },
    });
    return { ...tenant, batch };
  };

  const faults: [string, (client: { query: (text: string) => Promise<unknown> }, pid: number) => Promise<unknown>][] = [
    ['is refused', (client) => client.query('select 1 / 0')],
    ['finds its connection ended', (_, pid) => rig.db.query('select pg_terminate_backend($1)', [pid])],
  ];
  test.each(faults)('leaves no trace when any one of its statements %s, and can be repeated', { timeout: 120_000 }, async (_, fault) => {
    const { tenantId, batch, rows } = await prepare();
    const before = await rig.everything(tenantId);
    const texts: string[] = [];
    for (let failing = 1; ; failing += 1) {
      const client = await rig.db.pool.connect();
      const pid = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
      let statement = 0;
      let failed = '';
      const faulty = watched(client, (text) => {
        statement += 1;
        if (statement !== failing || text === 'rollback') return undefined;
        failed = text;
        // A COPY is a stream and cannot be put off: its connection is told to end, or it fails, before it starts.
        if (text === 'copy' || text.startsWith('copy ')) throw new Error('the stream broke');
        return Promise.resolve(fault(client, pid)).then(() => undefined);
      });
      const outcome = await writeBatch(rig.db, batch, faulty).then(
        () => 'written',
        () => 'failed',
      );
      client.release(outcome === 'failed' ? new Error('not used again') : undefined);
      if (outcome === 'written') break;
      texts.push(failed);
      expect(await rig.everything(tenantId), `after a failure at: ${failed}`).toEqual(before);
    }
    // The walk over the statements went as far as the fence and the commit itself.
    expect(texts.at(0)).toBe('begin');
    expect(texts.at(-1)).toBe('commit');
    expect(texts.some((text) => text.includes('update ops.streams'))).toBe(true);
    expect(texts.filter((text) => text.startsWith('copy')).length).toBeGreaterThan(0);
    expect(await rows('select sum(orders)::int as orders, sum(amount_total)::int as amount from kpi.sales_daily')).toEqual([
      { orders: 2, amount: 37 },
    ]);
    expect(await rows(`select cursor from ops.streams where tenant_id = '${tenantId}' and lane = 'live' and epoch > 0`)).toEqual([
      { cursor: at('3') },
    ]);
    expect(await rows('select source_id from public.source_order_lines where deleted_at is null')).toEqual([{ source_id: 'a' }]);
  });

  test('balances: every record read is inserted, updated, unchanged, superseded, excluded or quarantined', async () => {
    const { batch, rows } = await prepare();
    await writeBatch(rig.db, batch);
    expect(
      await rows(
        `select entity, read::int, inserted::int, updated::int, unchanged::int, superseded::int, quarantined::int, tombstoned::int,
           excluded::int, (read - inserted - updated - unchanged - superseded - excluded - quarantined)::int as rest
         from ops.run_counts where tenant_id = $1 and run_id = $2 order by entity`,
        [batch.tenantId, batch.runId],
      ),
    ).toEqual([
      {
        entity: 'order',
        read: 5,
        inserted: 1,
        updated: 1,
        unchanged: 0,
        superseded: 0,
        quarantined: 1,
        tombstoned: 0,
        excluded: 2,
        rest: 0,
      },
      {
        entity: 'order_line',
        read: 1,
        inserted: 0,
        updated: 1,
        unchanged: 0,
        superseded: 0,
        quarantined: 0,
        tombstoned: 1,
        excluded: 0,
        rest: 0,
      },
    ]);
  });
});

describe('a run', () => {
  const walk = (steps: number): Page[] =>
    Array.from({ length: steps }, (_, i) => pageOf([orderDraft(String(i + 1))], { cursor: at(String(i + 1)), end: i + 1 === steps }));
  const state = async (place: Place, database = rig.db) =>
    database.transaction(place.tenantId, async ({ query }) => ({
      ids: (await query<{ id: string }>('select source_id as id from public.source_orders order by 1')).rows.map((row) => row.id),
      walk: (
        await query<{ walk: string | null }>(
          `select cursor ->> 'walk' as walk from ops.streams where tenant_id = $1 and connection_id = $2 and lane = 'live'`,
          [place.tenantId, place.connectionId],
        )
      ).rows[0]!.walk,
    }));

  test('whose write failed leaves the cursor before the lost pages, although later pages were already read', async () => {
    const { shop } = await rig.tenant();
    let commits = 0;
    const db = rig.another((text) => {
      // Reading on is given time: the next page must be in hand when the write fails.
      if (text.includes('insert into public.source_orders') && (commits += 1) === 2)
        return sleep(50).then(() => Promise.reject(new Error('lost')));
      return undefined;
    });
    let asked = 0;
    const stream = scripted(async function* () {
      for (const page of walk(5)) {
        asked += 1;
        yield page;
      }
    });
    const result = await runSync({ ...syncDeps(db), buffer: EACH_PAGE }, jobOf(shop, stream));
    expect(result.outcome).toBe('failed');
    expect(asked).toBeGreaterThan(2);
    expect(await state(shop)).toEqual({ ids: ['1'], walk: '1' });
  });

  test('whose source failed keeps the pages read before, and the next run goes on behind them', async () => {
    const { shop } = await rig.tenant();
    const failing = scripted(async function* () {
      yield* walk(5).slice(0, 3);
      throw new Error('the source is gone');
    });
    expect((await runSync(syncDeps(rig.db), jobOf(shop, failing))).outcome).toBe('failed');
    expect(await state(shop)).toEqual({ ids: ['1', '2', '3'], walk: '3' });
    const asked: unknown[] = [];
    const rest: SyncJob = {
      ...jobOf(shop, scripted(walk(5).slice(3))),
      request: (cursor) => {
        asked.push(cursor);
        return { kind: 'incremental', cursor, from: null };
      },
    };
    expect((await runSync(syncDeps(rig.db), rest)).complete).toBe(true);
    expect(asked).toEqual([at('3')]);
  });

  test('that has had its time ends at a commit and goes on from there', async () => {
    const { shop } = await rig.tenant();
    let clock = Date.now();
    const deps = { ...syncDeps(rig.db), buffer: EACH_PAGE, now: () => new Date((clock += 1000)) };
    const pages = walk(30);
    const stream = {
      ...scripted([]),
      read: async function* (_: unknown, request: { cursor: { walk: unknown } | null }) {
        yield* pages.slice(Number(request.cursor?.walk ?? 0));
      },
    };
    const job = () => ({ ...jobOf(shop, stream), sliceSeconds: 20 });
    const first = await runSync(deps, job());
    expect(first).toEqual({ outcome: 'unverified', complete: false, error: null, kind: null });
    const reached = await state(shop);
    expect(reached.ids.length).toBeLessThan(30);
    expect(reached.ids.length).toBe(Number(reached.walk));
    let runs = 1;
    while (!(await runSync(deps, job())).complete) runs += 1;
    expect(runs).toBeGreaterThan(1);
    expect(await state(shop)).toMatchObject({ walk: '30', ids: { length: 30 } });
    const counts = await rig.db.query(
      `select sum(read)::int as read, sum(inserted)::int as inserted from ops.run_counts where tenant_id = $1`,
      [shop.tenantId],
    );
    expect(counts.rows).toEqual([{ read: 30, inserted: 30 }]);
  });

  test('that finds nothing changed writes no fact and waits for nobody', async () => {
    const { shop, tenantId, rows } = await rig.tenant();
    const drafts = Array.from({ length: 300 }, (_, i) => ({ ...orderDraft(String(i)), complete: ['order_line'] as const }));
    const again = () => runSync(syncDeps(rig.db), jobOf(shop, scripted([pageOf([...drafts, lineDraft('1', 'a')])])));
    await again();
    const facts = () =>
      rows(`select xmin::text, ctid::text, revision, synced_at::text, read_seq from public.source_orders
        union all select xmin::text, ctid::text, revision, synced_at::text, read_seq from public.source_order_lines
        union all select xmin::text, ctid::text, 0, null, 0 from kpi.sales_daily
        union all select xmin::text, ctid::text, version::int, null, 0 from ops.tenant_write where tenant_id = '${tenantId}' order by 1, 2`);
    const before = await facts();
    // Somebody holds every family's lock meanwhile: a run that wanted one would wait until it fails.
    const other = new Database({ url: rig.instance.url('kpi_writer') });
    await other.transaction(tenantId, async ({ query }) => {
      await query('select 1 from ops.tenant_write where tenant_id = $1 for update', [tenantId]);
      expect((await again()).outcome).toBe('unverified');
    });
    await other.close();
    const after = await facts();
    // The lock row's own xmin and place may change by locking it; its version may not.
    expect(after).toEqual(before);
  }, 60_000);
});
