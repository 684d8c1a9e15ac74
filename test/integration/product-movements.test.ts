import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { webOrder, webRefund } from '../support/shop-drafts.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

const FIRST = '2026-11-02T15:00:00Z';
const SECOND = '2026-11-03T15:00:00Z';
const stamps = { sourceCreatedAt: null, sourceUpdatedAt: SECOND };
const line = (number: number, quantity: string): Draft => ({
  entity: 'order_line',
  sourceId: `line-${number}`,
  ...stamps,
  fields: {
    order_id: String(number + 4000),
    product_id: null,
    line_kind: 'product',
    sku: 'gorro',
    name: 'Gorro',
    quantity,
    units: quantity,
    units_unknown_because: null,
    unit_price_source: '1190',
    amount_source: String(1190 * Number(quantity)),
    amount_untaxed_source: String(1000 * Number(quantity)),
    amount_tax_source: String(190 * Number(quantity)),
    amount_iva_source: null,
    amount_discount_source: '0',
    currency_source: 'CLP',
  },
});
const returned: Draft = {
  entity: 'refund_line',
  sourceId: 'back',
  ...stamps,
  fields: {
    refund_id: '77',
    order_line_id: 'line-1001',
    quantity: '1',
    amount_source: '1190',
    amount_tax_source: '190',
    currency_source: 'CLP',
  },
};

test('a refund makes nothing anew of what was sold on its day, and its order neither when a line of it changes', async () => {
  const { tenantId, shop, rows } = await rig.tenant();
  let reads = 0;
  const write = async (...drafts: Draft[]) => void (await writeBatch(rig.db, await rig.batch(shop, (reads += 1), drafts)));
  // Where a row lies tells whether it was written again.
  const lying = (table: string, rest: string) =>
    rows<{ row: string }>(`select concat_ws(' ', day, xmin, ctid) as row from ${table} where ${rest} order by day`);
  const sums = () =>
    rows(`select day::text, movement, lines::int, units_sold::int as sold, units_returned::int as back, amount_sold::int as amount,
      amount_returned::int as given from kpi.product_days order by day, movement`);

  await write(webOrder(1001, 3570, FIRST), line(1001, '3'), webOrder(1002, 1190, SECOND), line(1002, '1'));
  const [sold, paired] = [await lying('kpi.product_days', "movement = 'sale'"), await lying('kpi.shop_erp_daily', 'true')];
  expect([sold.length, paired.length]).toEqual([2, 2]);

  await write(webRefund(77, 1001, 1190, SECOND), returned);
  expect(await lying('kpi.product_days', "movement = 'sale'")).toEqual(sold);
  expect(await lying('kpi.shop_erp_daily', 'true')).toEqual(paired);
  const first = { day: '2026-11-02', movement: 'sale', lines: 1, sold: 3, back: 0, amount: 3570, given: null };
  const back = { day: '2026-11-03', movement: 'return', lines: 1, sold: 0, back: 1, amount: null, given: 1190 };
  const second = { day: '2026-11-03', movement: 'sale', lines: 1, sold: 1, back: 0, amount: 1190, given: null };
  expect(await sums()).toEqual([first, back, second]);

  // The line it gives back is of another product after all: its own day and the refund's returned rows follow, the second day's sale does not.
  const [, untouched] = await lying('kpi.product_days', "movement = 'sale'");
  const changed = line(1001, '3');
  if (changed.entity !== 'order_line') throw new Error('no line');
  await write({ ...changed, sourceUpdatedAt: '2026-11-03T16:00:00Z', fields: { ...changed.fields, sku: 'BUFANDA' } });
  expect((await lying('kpi.product_days', "movement = 'sale'"))[1]).toEqual(untouched);
  expect(await rows('select day::text, movement, sku from kpi.product_days order by 1, 2')).toEqual([
    { day: '2026-11-02', movement: 'sale', sku: 'BUFANDA' },
    { day: '2026-11-03', movement: 'return', sku: 'BUFANDA' },
    { day: '2026-11-03', movement: 'sale', sku: 'GORRO' },
  ]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('what a rebuild finds wrong of the one movement leaves the rows of the other', async () => {
  const { tenantId, shop, rows } = await rig.tenant();
  await writeBatch(
    rig.db,
    await rig.batch(shop, 1, [webOrder(1001, 3570, SECOND), line(1001, '3'), webRefund(77, 1001, 1190, SECOND), returned]),
  );
  await rows("delete from kpi.product_days where movement = 'sale'");
  await rows(`insert into kpi.product_days (tenant_id, day, product_ref, movement, name, lines, lines_without_units, lines_without_rate, units_sold, units_returned)
    values ('${tenantId}', '2026-11-03', 'name:NADA', 'return', 'Nada', 1, 0, 0, 0, 9)`);
  expect(new Set((await rebuildTenant(rig.db, tenantId)).map(({ key, after }) => `${key} ${after}`))).toEqual(
    new Set(['2026-11-03|name:NADA|return null', '2026-11-03|sku:GORRO|sale a row']),
  );
  expect(await rows('select movement, units_sold::int as sold, units_returned::int as back from kpi.product_days order by 1')).toEqual([
    { movement: 'return', sold: 0, back: 1 },
    { movement: 'sale', sold: 3, back: 0 },
  ]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});
