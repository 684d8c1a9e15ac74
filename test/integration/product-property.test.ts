import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordIds } from '../../src/normalize/record-id.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { productDays, productWorlds, versionsOf, type ProductWorld } from '../support/product-world.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

async function holds(world: ProductWorld): Promise<void> {
  const { tenantId, shop, odoo, rows } = await rig.tenant();
  const versions = versionsOf(world);
  let readSeq = 0;
  for (const page of world.pages) {
    for (const place of [shop, odoo]) {
      const drafts = page.flatMap((i) => (versions[i]?.source === place.source ? [versions[i].draft] : []));
      if (drafts.length > 0) await writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));
    }
  }
  const names = new Map(
    [shop, odoo].flatMap(({ source, connectionId }) => {
      const idOf = recordIds(tenantId, connectionId);
      return ['p1', 'p2'].map((id) => [idOf('product', id), `${source}:${id}`] as const);
    }),
  );
  const found = await rows<{ day: string; ref: string; rest: string }>(
    `select day::text as day, product_ref as ref, concat_ws(' ', movement, lines, lines_without_units, lines_without_rate,
       trim_scale(units_sold), trim_scale(units_returned), coalesce(trim_scale(amount_sold)::text, '-'),
       coalesce(trim_scale(amount_returned)::text, '-')) as rest
     from kpi.product_days`,
  );
  expect(found.map(({ day, ref, rest }) => `${day} ${names.get(ref) ?? ref} ${rest}`).sort()).toEqual(productDays(world));
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
}

test(
  'any order of arrival, doubles and late corrections end as the newest versions say, and as a rebuild',
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`product worlds of seed ${seed}\n`);
    await fc.assert(fc.asyncProperty(productWorlds, holds), {
      seed,
      numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 20),
      endOnFailure: true,
    });
  },
);
