import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { runDocumentsBridge } from '../../src/reconcile/run-documents-bridge.ts';
import { runReconciliation } from '../../src/reconcile/run-reconciliation.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { DELIVERED, DocumentsRig, note, order } from '../support/documents-rig.ts';
import type { Document } from '../support/invoice-drafts.ts';
import { mirrorOf, webOrder, webRefund } from '../support/shop-drafts.ts';

/*
 * The worked month of docs/reconciliation.md, order by order: the same numbers, by the way that real records take. Instants are UTC; in
 * November Chile is three hours behind.
 */

const AS_OF = '2026-12-05T12:00:00Z';
const day = (date: string) => `${date}T15:00:00Z`;

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
  await rig.newTenant();
  // Both sources are read whole until 5 December.
  const page = { lane: 'live', covered: { from: '2026-01-01T03:00:00Z', until: AS_OF } };
  await writeBatch(rig.engine.db, await rig.engine.batch(rig.tenant.shop, 1, shop(), page));
  await writeBatch(rig.engine.db, await rig.engine.batch(rig.tenant.odoo, 2, books(), page));
  await rig.issue(...documents());
});
afterAll(() => rig.engine.close());

function shop(): Draft[] {
  return [
    webOrder(990, 83_300, day('2026-10-30')),
    webOrder(991, 29_750, day('2026-10-12')),
    webOrder(1001, 119_000, day('2026-11-05')),
    webOrder(1002, 59_500, day('2026-11-06')),
    webOrder(1003, 47_600, day('2026-11-30')),
    webOrder(1004, 35_700, day('2026-11-09')),
    webOrder(1005, 71_400, day('2026-11-10')),
    webOrder(1006, 100_000, day('2026-11-12')),
    webOrder(1007, 23_800, day('2026-11-15')),
    webOrder(1008, 50_000, day('2026-11-16'), { status: 'cancelled', payment_state: 'unpaid' }),
    webRefund(1, 991, 29_750, day('2026-10-28')),
    webRefund(2, 1001, 23_800, day('2026-11-20')),
    webRefund(3, 1004, 35_700, day('2026-11-18')),
  ];
}

/** What Odoo has of the web orders, a business customer's order of 30 November at 23:30, and one of 10 UF. */
function books(): Draft[] {
  const mirror = (id: number, number: number, amount: number, date: string, parts = {}) =>
    order(id, [amount], { created_at: day(date), ...mirrorOf(number), ...parts });
  return [
    {
      entity: 'exchange_rate',
      sourceId: '1',
      sourceCreatedAt: null,
      sourceUpdatedAt: day('2026-11-20'),
      fields: { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-20', rate: '39800', company: '1' },
    },
    ...mirror(40, 990, 83_300, '2026-10-30'),
    ...mirror(41, 991, 29_750, '2026-10-12'),
    ...mirror(51, 1001, 119_000, '2026-11-05'),
    ...mirror(52, 1002, 59_500, '2026-11-06'),
    ...mirror(53, 1003, 47_600, '2026-11-30', DELIVERED),
    ...mirror(54, 1004, 35_700, '2026-11-09'),
    ...mirror(55, 1005, 71_400, '2026-11-10'),
    ...mirror(56, 1006, 100_000, '2026-11-12'),
    ...mirror(58, 1008, 50_000, '2026-11-16', { status: 'cancelled', delivered: null, invoiced: null, locked: null }),
    ...order(60, [238_000], { created_at: '2026-12-01T02:30:00Z', ...DELIVERED }),
    ...order(61, [10], { created_at: day('2026-11-20'), currency_source: 'CLF' }),
  ];
}

/** Boletas are numbered from 101, facturas from 201, notes from 301. */
function documents(): Document[] {
  const boleta = (id: number, gross: number, saleOrder: number, date: string, more: Partial<Document> = {}): Document => ({
    id,
    date,
    lines: [{ gross, saleLine: saleOrder * 100 + 1 }],
    ...more,
  });
  const factura = (...of: Parameters<typeof boleta>) => boleta(of[0], of[1], of[2], of[3], { code: '33', ...of[4] });
  const credit = (id: number, gross: number, saleOrder: number, date: string, reverses: number) =>
    note(id, gross, saleOrder * 100 + 1, { date, reverses, reason: '1' });
  return [
    boleta(101, 29_750, 41, '2026-10-12'),
    boleta(102, 83_300, 40, '2026-11-02'),
    boleta(103, 119_000, 51, '2026-11-05'),
    boleta(104, 59_500, 52, '2026-11-06'),
    boleta(105, 35_700, 54, '2026-11-09'),
    boleta(106, 71_400, 55, '2026-11-10'),
    boleta(107, 99_999, 56, '2026-11-12'),
    boleta(108, 50_000, 58, '2026-11-16'),
    boleta(109, 47_600, 53, '2026-12-01'),
    factura(201, 71_400, 55, '2026-11-11'),
    { id: 202, code: '33', date: '2026-11-18', lines: [{ gross: 59_500 }] },
    factura(203, 10, 61, '2026-11-25', { inCurrency: [171, 39_900] }),
    factura(204, 238_000, 60, '2026-12-01'),
    credit(301, 29_750, 41, '2026-11-03', 101),
    credit(302, 71_400, 55, '2026-11-11', 106),
    credit(303, 23_800, 51, '2026-11-20', 103),
  ];
}

async function november() {
  return runDocumentsBridge(rig.engine.db, { tenantId: rig.tenant.tenantId, month: '2026-11' });
}

test('bridge 1: the web sales of November to the web orders in Odoo', async () => {
  const month = { from: '2026-11-01T03:00:00Z', until: '2026-12-01T03:00:00Z' };
  const bridge = await runReconciliation(rig.engine.db, { tenantId: rig.tenant.tenantId, asOf: AS_OF, ...month });
  expect({ orders: bridge.shopOrders, amount: bridge.shopAmount }).toEqual({ orders: 7, amount: '457000' });
  // Flags say more of an order, and carry no money.
  const classes = bridge.classes.filter(({ amount }) => amount !== '0').map((one) => [one.class, one.amount]);
  expect(Object.fromEntries(classes)).toEqual({ status: '50000', missing_in_odoo: '-23800' });
  expect({ orders: bridge.erpOrders, amount: bridge.erpAmount, remainder: bridge.remainder }).toEqual({
    orders: 7,
    amount: '483200',
    remainder: '0',
  });
});

test('bridge 2: sales of November less what was given back, line by line, to the documents of November', async () => {
  const bridge = await november();
  expect({ sales: bridge.sales, amount: bridge.salesAmount, refunds: bridge.refunds, given: bridge.refundsAmount }).toEqual({
    sales: 10,
    amount: '1152500',
    refunds: 2,
    given: '59500',
  });
  expect(Object.fromEntries(bridge.lines.map(({ line, amount }) => [line, amount]))).toEqual({
    not_invoiced: '-309400',
    sold_before: '83300',
    refund_without_credit_note: '35700',
    credit_note_of_earlier_refund: '-29750',
    without_order: '50000',
    fx: '1000',
    rounding: '-1',
  });
  expect({ documents: bridge.documents, amount: bridge.documentsAmount, remainder: bridge.remainder }).toEqual({
    documents: 13,
    amount: '923849',
    remainder: '0',
  });
});

test('documents by type, with their folios', async () => {
  const { types } = await november();
  expect(types.map((one) => [one.type, one.documents, one.firstFolio, one.lastFolio, one.net, one.iva, one.total])).toEqual([
    ['33', 3, '201', '203', '445160', '84740', '529900'],
    ['39', 7, '102', '108', '436050', '82849', '518899'],
    ['61', 3, '301', '303', '-105000', '-19950', '-124950'],
  ]);
});
