import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { explainKpi } from '../../src/store/explain-kpi.ts';
import { readKpiCatalogue } from '../../src/store/kpi-catalogue.ts';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { changeTenant } from '../../src/store/tenant-settings.ts';
import { boleta, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { invoiceDrafts } from '../support/invoice-drafts.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

const AUTHOR = { who: 'ana', reason: 'test' };

describe('the setting', () => {
  test('changes in a job that looks at voices and refunds alone, and is written down', async () => {
    await rig.write(order(21, [1000]));
    const id = await changeTenant(rig.engine.db, rig.tenant.tenantId, new Map([['sales_basis', 'invoices']]), AUTHOR);
    const [job] = await listRecomputations(rig.engine.db, { tenantId: rig.tenant.tenantId });
    expect(job).toMatchObject({ id, cause: 'setting:sales_basis', tables: ['public.source_orders.speaks', 'public.refunds'], total: 1 });
    expect(
      await rig.engine.db.query("select details from ops.audit where tenant_id = $1 and action = 'tenant.set'", [rig.tenant.tenantId]),
    ).toMatchObject({
      rows: [{ details: { setting: 'sales_basis', from: 'orders', to: 'invoices' } }],
    });
  });

  test('leaves a sale there once at every moment, whatever comes in between: a document follows its order', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101));
    const { tenantId } = rig.tenant;
    const change = (basis: string) => changeTenant(rig.engine.db, tenantId, new Map([['sales_basis', basis]]), AUTHOR);
    const byInvoices = await change('invoices');
    await rig.issue(note(2, 23_800, 2101, { date: '2026-12-02' }));
    expect(await rig.sales()).toEqual(['2026-11-27 21 119000']);
    await runRecomputation(rig.engine.db, tenantId, byInvoices!, { seconds: 60 });
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 119000']);
    const byOrders = await change('orders');
    await rig.issue(note(3, 23_800, 2101, { date: '2026-12-03' }));
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 119000']);
    await runRecomputation(rig.engine.db, tenantId, byOrders!, { seconds: 60 });
    expect(await rig.sales()).toEqual(['2026-11-27 21 119000']);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('is refused, with what to type, while documents are there that an earlier release did not keep as sales', async () => {
    await rig.write(order(21, [1000]));
    const documents = invoiceDrafts([boleta(1, 1000, 2101)]);
    await rig.write(documents.filter(({ sourceId }) => !sourceId.startsWith('invoice')));
    await expect(rig.countBy('invoices')).rejects.toThrow(
      /^sales_basis: nothing is changed, as 1 documents .*: kpi backfill start --tenant \S+ --source odoo --stream invoices --from 2026-11-28$/,
    );
    expect(await rig.sales()).toEqual(['2026-11-27 21 1000']);
    await rig.write(documents);
    await rig.countBy('invoices');
    expect(await rig.sales()).toEqual(['2026-11-28 invoice:1/21 1000']);
  });

  test('goes with documents that are issued in Odoo', async () => {
    await rig.set('invoices_elsewhere', true);
    await expect(rig.countBy('invoices')).rejects.toThrow(/issues its documents outside Odoo/);
    await rig.set('invoices_elsewhere', false);
    await rig.countBy('invoices');
    await expect(rig.set('invoices_elsewhere', true)).rejects.toThrow(/sales_basis=orders/);
  });
});

test('kpi explain reaches the document behind a day of sales', async () => {
  await rig.countBy('invoices');
  await rig.write(order(21, [119_000]));
  await rig.issue(boleta(12, 119_000, 2101));
  const kpi = readKpiCatalogue().find(({ name }) => name === 'sales_by_day')!;
  const { tenantId } = rig.tenant;
  const found = await explainKpi(rig.engine.db, kpi, { tenantId, day: '2026-11-28', limit: 10, raw: false });
  expect(found.rows).toMatchObject([
    { entity: 'order', sourceId: 'invoice:12/21', name: 'DOC 12', refs: { invoice_id: '12', invoiced_order_id: '21' } },
  ]);
});
