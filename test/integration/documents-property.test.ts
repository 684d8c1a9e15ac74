import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
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

async function holds(world: DocumentWorld): Promise<void> {
  await rig.newTenant();
  const { tenant, engine } = rig;
  const shop = orderDraft('9001', { shop_order_id: '9001', shop_order_name: '1001', amount_total_source: '1500' });
  await writeBatch(engine.db, await engine.batch(tenant.shop, 1, [shop]));
  // A page is numbered when it is asked for: what shows an older version was asked for earlier, whenever it arrives.
  for (const [i, delivery] of world.deliveries.entries()) {
    const readSeq = 100 + delivery.version * 1000 + i;
    await writeBatch(engine.db, await engine.batch(tenant.odoo, readSeq, draftsOf(world, delivery)));
  }
  const lines = async (text: string) => (await tenant.rows<{ line: string }>(`select ${text}`)).map(({ line }) => line).sort();
  const truth = documentTruth(world);
  expect(
    await lines(`concat_ws(' ', source_id, status, coalesce(trim_scale(amount_invoiced)::text, '-'), cancelled_but_invoiced::text) as line
      from public.source_orders where source = 'odoo' and deleted_at is null`),
  ).toEqual(truth.orders);
  expect(
    await lines(`concat_ws(' ', r.source_id, coalesce(o.source_id, '-'), r.business_day, trim_scale(r.amount_total), r.counts::text) as line
      from public.refunds r left join public.source_orders o on o.tenant_id = r.tenant_id and o.id = r.order_id and o.deleted_at is null
      where r.deleted_at is null`),
  ).toEqual(truth.refunds);
  expect(await rig.unsettled()).toEqual([]);
}

test(
  'orders, invoices and credit notes in any order, twice and corrected late, end as their newest versions say, and as a rebuild',
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`documents of seed ${seed}\n`);
    await fc.assert(fc.asyncProperty(documentWorld, holds), {
      seed,
      numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 30),
      endOnFailure: true,
    });
  },
);
