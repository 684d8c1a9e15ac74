import { afterAll, beforeAll, expect, test } from 'vitest';
import { DERIVATIONS } from '../../src/store/derivations.ts';
import { walkDerivations, type Chunk, type WalkPlace } from '../../src/store/walk-derivations.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

const DAYS = DERIVATIONS.filter(({ table, columns }) => table === 'public.source_orders' && columns.includes('business_day'));
const DAILY = DERIVATIONS.filter(({ table }) => table === 'kpi.sales_daily');

/** Thirty sales, one an hour, of which those named have a wrong day. */
async function company(wrong: (id: number) => boolean) {
  const tenant = await rig.tenant();
  const ids = Array.from({ length: 30 }, (_, i) => i + 1);
  const hour = (id: number) => new Date(Date.parse('2026-11-02T12:00:00Z') + id * 3_600_000).toISOString();
  const drafts = ids.map((id) => orderDraft(String(id), { created_at: hour(id), amount_total_source: String(id) }));
  await writeBatch(rig.db, await rig.batch(tenant.shop, 1, drafts));
  const spoilt = ids.filter(wrong).map(String);
  await tenant.rows(`update public.source_orders set business_day = '2000-01-01' where source_id = any($1)`, [spoilt]);
  return tenant;
}

async function walked(tenantId: string, sizes: { size: number; most: number }, from?: WalkPlace): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of walkDerivations(rig.db, tenantId, DAYS, from, { ...sizes, show: 100 })) chunks.push(chunk);
  return chunks;
}

const put = (chunks: readonly Chunk[]) => chunks.map(({ keys, differences }) => [keys, differences.length]);

test('a chunk ends before the first key beyond what it may put right, and the next begins there', async () => {
  const { tenantId, rows } = await company((id) => id > 10);
  // Ten that are right, then twenty that are not, three at a time.
  expect(put(await walked(tenantId, { size: 12, most: 3 }))).toEqual([
    [12, 2],
    [3, 3],
    [3, 3],
    [3, 3],
    [3, 3],
    [3, 3],
    [3, 3],
  ]);
  expect(await rows(`select from public.source_orders where business_day = '2000-01-01'`)).toEqual([]);
  expect(put(await walked(tenantId, { size: 12, most: 3 }))).toEqual([
    [12, 0],
    [12, 0],
    [6, 0],
  ]);
});

test('a walk that is taken up where a cut chunk left it leaves no key out', async () => {
  const { tenantId, rows } = await company((id) => id % 2 === 0);
  const chunks = walkDerivations(rig.db, tenantId, DAYS, undefined, { size: 30, most: 4 });
  const { value: first } = await chunks.next();
  await chunks.return();
  expect(first).toMatchObject({ keys: 9 });
  await walked(tenantId, { size: 30, most: 4 }, (first as Chunk).place);
  expect(await rows(`select from public.source_orders where business_day = '2000-01-01'`)).toEqual([]);
});

test('days of a roll-up that are wrong are put right as many at a time', async () => {
  const { tenantId, rows } = await company(() => false);
  await rows('update kpi.sales_daily set orders = 99');
  const keys: number[] = [];
  for await (const chunk of walkDerivations(rig.db, tenantId, DAILY, undefined, { size: 10, most: 1 })) keys.push(chunk.keys);
  expect(keys.filter((n) => n > 0)).toEqual([1, 1]);
  expect(await rows('select day::text, orders::int from kpi.sales_daily order by day')).toEqual([
    { day: '2026-11-02', orders: 14 },
    { day: '2026-11-03', orders: 16 },
  ]);
});
