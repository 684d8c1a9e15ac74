import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

interface Level {
  readonly id: string;
  readonly product: string;
  readonly place: string;
  readonly onHand: number;
  readonly reserved?: number;
  readonly foreign?: boolean;
}
const levelDraft = ({ id, product, place, onHand, reserved = 0, foreign = false }: Level): Draft => ({
  entity: 'inventory_level',
  sourceId: id,
  sourceCreatedAt: null,
  sourceUpdatedAt: null,
  fields: {
    product_id: product,
    location_id: place,
    quantity_on_hand: String(onHand),
    quantity_reserved: String(reserved),
    quantity_available: String(onHand - reserved),
    foreign_owner: foreign,
  },
});
const level = (id: string, onHand: number, more: Partial<Level> = {}): Draft =>
  levelDraft({ id, product: `p${id}`, place: '1', onHand, ...more });

async function stocked() {
  const tenant = await rig.tenant();
  let read = 0;
  /** A full snapshot taken at an instant of the source's clock. */
  const snapshot = async (at: string | null, drafts: readonly Draft[], place: Place = tenant.odoo, readSeq = (read += 1)) =>
    writeBatch(
      rig.db,
      await rig.batch(place, readSeq, drafts, {
        stream: 'inventory_levels',
        lane: `backfill:${crypto.randomUUID()}`,
        snapshot: { entities: ['inventory_level'], counted: drafts.length },
        ...(at === null ? {} : { covered: { from: at, until: at } }),
      }),
    );
  const days = () =>
    tenant.rows<{ day: string; units: number }>(
      `select d.day::text, coalesce(sum(s.available), 0)::int as units from public.inventory_snapshot_days d
       left join public.inventory_snapshots s using (tenant_id, day, connection_id) group by 1 order by 1`,
    );
  return { ...tenant, snapshot, days };
}

describe('the stock of a day', () => {
  test('is the first full snapshot after local midnight, and is never rewritten', async () => {
    const { snapshot, days } = await stocked();
    // Chile is three hours behind: 02:59 is still the 3rd there.
    await snapshot('2026-11-04T02:59:59Z', [level('1', 10)]);
    await snapshot('2026-11-04T03:00:00Z', [level('1', 7)]);
    await snapshot('2026-11-04T03:15:00Z', [level('1', 5)]);
    await snapshot('2026-11-05T02:00:00Z', [level('1', 4)]);
    expect(await days()).toEqual([
      { day: '2026-11-02', units: 10 },
      { day: '2026-11-03', units: 7 },
    ]);
  });

  test('is kept although nothing changed since the day before', async () => {
    const { snapshot, days } = await stocked();
    await snapshot('2026-11-04T15:00:00Z', [level('1', 10)]);
    const same = await snapshot('2026-11-05T15:00:00Z', [level('1', 10)]);
    expect(same.of('inventory_level')).toMatchObject({ unchanged: 1 });
    expect(await days()).toEqual([
      { day: '2026-11-03', units: 10 },
      { day: '2026-11-04', units: 10 },
    ]);
  });

  test('is of each connection, lots of a place together, without goods of others and rows of nothing', async () => {
    const { snapshot, rows, odoo, shop, tenantId } = await stocked();
    await snapshot('2026-11-04T15:00:00Z', [
      level('1', 12, { product: 'A', reserved: 3 }),
      level('2', 4, { product: 'A' }),
      level('3', 50, { product: 'A', foreign: true }),
      level('4', 1, { product: 'A', place: '2' }),
      level('5', -2, { product: 'B' }),
      level('6', 0, { product: 'C' }),
    ]);
    await snapshot('2026-11-04T16:00:00Z', [level('1', 9, { product: 'A' })], shop);
    expect(
      await rows(`select connection_id, on_hand::int, reserved::int, available::int from public.inventory_snapshots order by available`),
    ).toEqual([
      { connection_id: odoo.connectionId, on_hand: -2, reserved: 0, available: -2 },
      { connection_id: odoo.connectionId, on_hand: 1, reserved: 0, available: 1 },
      { connection_id: shop.connectionId, on_hand: 9, reserved: 0, available: 9 },
      { connection_id: odoo.connectionId, on_hand: 16, reserved: 3, available: 13 },
    ]);
    expect(await rows('select source, available::int, products::int from kpi.stock_daily order by available')).toEqual([
      { source: 'odoo', available: 1, products: 1 },
      { source: 'shopify', available: 9, products: 1 },
      { source: 'odoo', available: 11, products: 2 },
    ]);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });

  test('is not taken from articles that are not kept in stock', async () => {
    const { snapshot, shop, days } = await stocked();
    const article = (sourceId: string, tracked: boolean): Draft => ({
      entity: 'product',
      sourceId,
      sourceCreatedAt: null,
      sourceUpdatedAt: '2026-11-01T12:00:00Z',
      fields: { sku: null, barcode: null, name: sourceId, kind: 'storable', active: true, tracked, list_price: null, parent: null },
    });
    await writeBatch(rig.db, await rig.batch(shop, 900, [article('p1', true), article('p2', false)]));
    await snapshot('2026-11-04T15:00:00Z', [level('1', 3), level('2', 1000)], shop, 901);
    expect(await days()).toEqual([{ day: '2026-11-03', units: 3 }]);
  });

  test('is not taken from what is no full snapshot: without the source’s clock, or with a refused record', async () => {
    const { snapshot, days } = await stocked();
    await snapshot(null, [level('1', 10)]);
    await snapshot('2026-11-04T15:00:00Z', [level('1', 10), levelDraft({ id: '2', product: '', place: '1', onHand: 1 })]);
    expect(await days()).toEqual([]);
  });

  test('goes with its batch: a fenced one leaves nothing', async () => {
    const { odoo, rows } = await stocked();
    const batch = await rig.batch(odoo, 1, [level('1', 10)], {
      stream: 'inventory_levels',
      snapshot: { entities: ['inventory_level'], counted: 1 },
      covered: { from: null, until: '2026-11-04T15:00:00Z' },
    });
    await expect(writeBatch(rig.db, { ...batch, epoch: batch.epoch + 1n })).rejects.toThrow('taken over');
    expect(await rows('select 1 from public.inventory_snapshot_days union all select 1 from kpi.stock_daily')).toEqual([]);
  });
});

test('snapshots in any order of batches: each closes the day of its own clock with its own rows, the first to come stays', async () => {
  const INSTANTS = ['2026-11-02T02:59:00Z', '2026-11-02T03:00:00Z', '2026-11-03T02:00:00Z', '2026-11-03T10:00:00Z', '2026-11-05T12:00:00Z'];
  const CLOSES = ['2026-10-31', '2026-11-01', '2026-11-01', '2026-11-02', '2026-11-04'];
  const world = fc.array(
    fc.record({
      at: fc.nat({ max: INSTANTS.length - 1 }),
      readSeq: fc.integer({ min: 1, max: 50 }),
      source: fc.constantFrom('odoo', 'shop' as const),
      units: fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const holds = async (snapshots: typeof world extends fc.Arbitrary<infer W> ? W : never): Promise<void> => {
    const { snapshot, rows, tenantId, ...places } = await stocked();
    const truth = new Map<string, string>();
    for (const { at, readSeq, source, units } of snapshots) {
      await snapshot(
        INSTANTS[at]!,
        units.map((n, i) => level(String(i + 1), n)),
        places[source],
        readSeq,
      );
      const key = `${CLOSES[at]} ${source === 'shop' ? 'shopify' : 'odoo'}`;
      if (!truth.has(key)) truth.set(key, units.filter((n) => n !== 0).join(','));
    }
    const kept = await rows<{ key: string; units: string | null }>(
      `select d.day || ' ' || d.source as key, string_agg(s.available::int::text, ',' order by p.source_id) as units
       from public.inventory_snapshot_days d
       left join public.inventory_snapshots s using (tenant_id, day, connection_id)
       left join (select distinct on (product_id) product_id, source_id from public.inventory_levels) p on p.product_id = s.product_id
       group by d.day, d.source`,
    );
    expect(new Map(kept.map(({ key, units }) => [key, units ?? '']))).toEqual(truth);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  };
  const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`snapshots of seed ${seed}\n`);
  await fc.assert(fc.asyncProperty(world, holds), { seed, numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 25), endOnFailure: true });
}, 240_000);
