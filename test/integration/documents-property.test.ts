import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { changeTenant } from '../../src/store/tenant-settings.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import {
  documentTruth,
  documentWorld,
  newestDocuments,
  orderChanges,
  type Delivery,
  type DocumentWorld,
} from '../support/document-world.ts';
import { DocumentsRig, order } from '../support/documents-rig.ts';
import { invoiceDrafts } from '../support/invoice-drafts.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
afterAll(() => rig.engine.close());

function draftsOf(world: DocumentWorld, { what, id, version }: Delivery): readonly Draft[] {
  if (what === 'order') {
    const found = world.orders.find((one) => one.id === id && one.version === version)!;
    const stamp = `2026-12-02T12:00:0${version}Z`;
    return order(id, found.amounts, orderChanges(found)).map((draft): Draft => ({ ...draft, sourceUpdatedAt: stamp }));
  }
  return invoiceDrafts([world.documents.find((one) => one.id === id && one.version === version)!], newestDocuments(world));
}

/** When the company begins, and ends, to count by its documents, as places among the deliveries; and whether what follows waits for the end. */
interface Counting {
  readonly from: number | null;
  readonly until: number | null;
  readonly late: boolean;
}
const countingArbitrary: fc.Arbitrary<Counting> = fc.record({
  from: fc.option(fc.nat({ max: 20 }), { nil: null }),
  until: fc.option(fc.nat({ max: 40 }), { nil: null }),
  late: fc.boolean(),
});

async function count(basis: 'orders' | 'invoices', late: boolean): Promise<void> {
  const { db } = rig.engine;
  const { tenantId } = rig.tenant;
  const id = await changeTenant(db, tenantId, new Map([['sales_basis', basis]]), { who: 'tester', reason: 'property' });
  if (id !== null && !late) await runRecomputation(db, tenantId, id, { seconds: 60, chunkSize: 2 });
}

/** An order and a document of it never count both, whatever is being recomputed. */
const TWICE = `select o.source_id from public.source_orders o join public.source_orders d on d.tenant_id = o.tenant_id and d.invoiced_order_id = o.id
  where o.is_sale and d.is_sale`;

async function holds(world: DocumentWorld, { from, until, late }: Counting): Promise<void> {
  await rig.newTenant();
  const { tenant, engine } = rig;
  const shop = orderDraft('9001', { shop_order_id: '9001', shop_order_name: '1001', amount_total_source: '1500' });
  await writeBatch(engine.db, await engine.batch(tenant.shop, 1, [shop]));
  // A page is numbered when it is asked for: what shows an older version was asked for earlier, whenever it arrives.
  let basis: 'orders' | 'invoices' = 'orders';
  for (const [i, delivery] of world.deliveries.entries()) {
    if (i === from) await count((basis = 'invoices'), late);
    if (i === until) await count((basis = 'orders'), late);
    const readSeq = 100 + delivery.version * 1000 + i;
    await writeBatch(engine.db, await engine.batch(tenant.odoo, readSeq, draftsOf(world, delivery)));
    expect(await tenant.rows(TWICE)).toEqual([]);
  }
  for (const { id } of (await listRecomputations(engine.db, { tenantId: tenant.tenantId })).toReversed())
    await runRecomputation(engine.db, tenant.tenantId, id, {
      seconds: 60,
      chunkSize: 2,
      onChunk: async () => expect(await tenant.rows(TWICE)).toEqual([]),
    });
  const lines = async (text: string) => (await tenant.rows<{ line: string }>(`select ${text}`)).map(({ line }) => line).sort();
  const truth = documentTruth(world, basis);
  expect(
    await lines(`concat_ws(' ', source_id, status, coalesce(trim_scale(amount_invoiced)::text, '-'), cancelled_but_invoiced::text) as line
      from public.source_orders where source = 'odoo' and deleted_at is null and invoiced_order_id is null`),
  ).toEqual(truth.orders);
  expect(
    await lines(`concat_ws(' ', source_id, case when source_id like 'invoice:%' then business_day::text else '-' end, trim_scale(amount_total)) as line
      from public.orders where source = 'odoo'`),
  ).toEqual(truth.sales);
  expect(
    await lines(`concat_ws(' ', r.source_id, coalesce(o.source_id, '-'), r.business_day, trim_scale(r.amount_total), r.counts::text) as line
      from public.refunds r left join public.source_orders o on o.tenant_id = r.tenant_id and o.id = r.order_id and o.deleted_at is null
      where r.deleted_at is null`),
  ).toEqual(truth.refunds);
  expect(await rig.unsettled()).toEqual([]);
}

test(
  'orders, invoices and credit notes in any order, twice and corrected late, while the company changes what counts, end as their newest versions say, and as a rebuild',
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`documents of seed ${seed}\n`);
    await fc.assert(fc.asyncProperty(documentWorld, countingArbitrary, holds), {
      seed,
      numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 30),
      endOnFailure: true,
    });
  },
);
