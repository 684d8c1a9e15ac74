import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { normalizer } from '../../src/normalize/normalize-draft.ts';
import type { Batch } from '../../src/store/batch.ts';
import { Database } from '../../src/store/database.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { startRun } from '../../src/store/runs.ts';
import { takeLease, type Lease } from '../../src/store/lease.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { testDatabase } from '../support/database.ts';
import { documentDrafts, newest, originalsOf, pagesOf, worldArbitrary, type Lane, type OrderWorld } from '../support/order-world.ts';
import { tenantWith } from '../support/scripted-stream.ts';

const instance = await testDatabase();
const db = new Database({ url: instance.url('kpi_writer'), maxConnections: 12 });
afterAll(async () => {
  await db.close();
  await instance.close();
});

type Connections = Record<string, string>;

/** Delivers one lane's pages in their order; four lanes of one tenant do so at once, each through a transaction of its own. */
async function deliver(tenantId: string, connections: Connections, world: OrderWorld, lane: Lane): Promise<void> {
  const place = { tenantId, connectionId: connections[lane.source]!, stream: 'orders', lane: lane.lane };
  const normalize = normalizer({ tenantId, connectionId: place.connectionId, identityKey: Buffer.from('test') });
  const client = await db.pool.connect();
  let lease: Lease | null;
  try {
    lease = await takeLease(db, client, place, `writer-${lane.source}-${lane.lane}`, 60);
  } finally {
    client.release();
  }
  if (lease === null) throw new Error('the lane is taken');
  const runId = crypto.randomUUID();
  await startRun(db, place, { id: runId, source: lane.source, worker: 'test' });
  for (const page of pagesOf(world, lane)) {
    const rows = page.versions.map((version) => documentDrafts(version)).flatMap((drafts) => drafts.map((d) => normalize(d, page.readSeq)));
    const batch: Batch = {
      ...place,
      source: lane.source,
      epoch: lease.epoch,
      runId,
      rows: rows.map((row) => {
        if (!('hash' in row)) throw new Error(row.reason);
        return row;
      }),
      refused: [],
      excluded: [],
      cursor: { v: 1, watermark: null, walk: String(page.readSeq) },
      pages: 1,
      end: page.covered !== null,
      covered: page.covered === null ? null : { from: null, until: page.covered },
      snapshot: null,
      notices: [],
      held: null,
    };
    await writeBatch(db, batch);
  }
}

test(
  'any interleaving of two streams and two lanes of one tenant ends as the newest versions say, and as a rebuild',
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(worldArbitrary, async (world) => {
        const { tenantId, connections } = await tenantWith(db, ['shopify', 'odoo']);
        await Promise.all(world.lanes.map((lane) => deliver(tenantId, connections, world, lane)));
        const read = <R extends Record<string, unknown>>(text: string) =>
          db.transaction(tenantId, async ({ query }) => (await query<R>(text)).rows);

        const want = newest(world);
        const rows = await read<{ source: string; source_id: string; amount: string; day: string; speaks: boolean; is_sale: boolean }>(
          `select source, source_id, trim_scale(amount_total_source)::text as amount, business_day::text as day, speaks, is_sale
         from public.source_orders order by source, source_id`,
        );
        expect(rows.map(({ source, source_id, amount, day }) => ({ source, source_id, amount, day }))).toEqual(
          want.map(({ source, sourceId, amount, day }) => ({ source, source_id: sourceId, amount: String(amount), day })),
        );
        // Every mirror whose original is there is silent, and every original speaks.
        const originals = originalsOf(want);
        for (const row of rows) {
          const document = want.find((d) => d.source === row.source && d.sourceId === row.source_id)!;
          if (row.source === 'shopify') expect(row.speaks).toBe(true);
          else if (document.cites !== null && originals.has(document.cites)) expect(row.speaks).toBe(false);
        }
        // Lines: exactly those of the newest version of each document.
        const lines = await read<{ source: string; source_id: string }>(
          'select source, source_id from public.source_order_lines where deleted_at is null order by source, source_id',
        );
        expect(lines).toEqual(
          want
            .flatMap((d) => d.lines.map((line) => ({ source: d.source, source_id: `${d.sourceId}-${line}` })))
            .sort((a, b) => (a.source + a.source_id < b.source + b.source_id ? -1 : 1)),
        );
        // The roll-up equals a sum over the rows that speak, made here.
        const sums = new Map<string, number>();
        for (const row of rows)
          if (row.is_sale) sums.set(`${row.day}|${row.source}`, (sums.get(`${row.day}|${row.source}`) ?? 0) + Number(row.amount));
        const daily = await read<{ key: string; amount: string }>(
          "select day || '|' || source as key, trim_scale(amount_total)::text as amount from kpi.sales_daily order by 1",
        );
        expect(daily).toEqual([...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, amount]) => ({ key, amount: String(amount) })));
        // Balances: every record accounted for; inserted and updated are exact.
        const balance = await read<{ inserted: number; rows: number; updated: number; revisions: number }>(
          `select (select sum(inserted) from ops.run_counts where tenant_id = '${tenantId}' and entity = 'order')::int as inserted,
                (select sum(updated) from ops.run_counts where tenant_id = '${tenantId}' and entity = 'order')::int as updated,
                count(*)::int as rows, sum(revision - 1)::int as revisions from public.source_orders`,
        );
        expect(balance[0]!.inserted).toBe(balance[0]!.rows);
        expect(balance[0]!.updated).toBe(balance[0]!.revisions);
        expect(await rebuildTenant(db, tenantId)).toEqual([]);
      }),
      { numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 60), endOnFailure: true },
    );
  },
);
