import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeTenant } from '../../src/store/tenant-settings.ts';
import { boleta, COMPLETED, DELIVERED, DocumentsRig, note, order, type OrderChanges } from '../support/documents-rig.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

describe('status of an order (MEANING 8)', () => {
  test('locked, undelivered and uninvoiced is open', async () => {
    await rig.write(order(21, [119_000], { status: 'open', delivered: false, invoiced: false, locked: true }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'open', invoiced: null, flag: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test.each([
    ['delivered, not invoiced', DELIVERED, 'open'],
    ['delivered and invoiced', COMPLETED, 'completed'],
    ['invoiced, not delivered', { ...COMPLETED, status: 'open', delivered: false }, 'open'],
    ['a quotation', { status: 'quotation', delivered: null, invoiced: null, locked: null }, 'quotation'],
    ['a word nobody knows', { status: 'open', delivered: null, invoiced: null, locked: null }, 'open'],
    ['cancelled without any document', { status: 'cancelled', delivered: null, invoiced: null, locked: null }, 'cancelled'],
  ] satisfies [string, OrderChanges, string][])('%s', async (_, changes, status) => {
    await rig.write(order(21, [119_000], changes));
    expect(await rig.statuses()).toEqual([{ id: '21', status, invoiced: null, flag: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('delivered is complete where the tenant invoices elsewhere, locked where locked means so', async () => {
    await rig.write(order(21, [119_000], DELIVERED));
    await rig.write(order(22, [119_000], { ...DELIVERED, delivered: false, locked: true }));
    for (const setting of ['invoices_elsewhere', 'locked_means_completed'] as const) {
      await changeTenant(rig.engine.db, rig.tenant.tenantId, new Map([[setting, true]]), { who: 'test', reason: 'test' });
      await rig.unsettled();
    }
    await rig.write(order(23, [119_000], DELIVERED));
    await rig.write(order(24, [119_000], { ...DELIVERED, delivered: false, locked: true }));
    expect((await rig.statuses()).map((row) => [row['id'], row['status']])).toEqual(
      ['21', '22', '23', '24'].map((id) => [id, 'completed']),
    );
    expect(await rig.unsettled()).toEqual([]);
  });

  test('partly invoiced is open, with what is invoiced beside it', async () => {
    await rig.write(order(21, [100_000, 19_000], { ...DELIVERED }));
    await rig.issue(boleta(1, 19_000, 2102));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'open', invoiced: 19_000, flag: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('credited in full it is refunded, and its sale stays on its day', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101));
    await rig.issue(note(2, 119_000, 2101, { reverses: 1, date: '2026-12-02' }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'refunded', invoiced: 0, flag: false }]);
    expect(await rig.days()).toEqual([
      { day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 },
      { day: '2026-12-02', orders: 0, sold: 0, refunds: 1, back: 119_000 },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('cancelled while an invoice stands it stays a sale, and is flagged; credited in full it is refunded', async () => {
    await rig.issue(boleta(1, 119_000, 2101));
    await rig.write(order(21, [119_000], { status: 'cancelled', delivered: null, invoiced: null, locked: null }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'open', invoiced: 119_000, flag: true }]);
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    await rig.issue(note(2, 119_000, 2101, { reverses: 1 }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'refunded', invoiced: 0, flag: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('drafts and cancelled documents are nothing', async () => {
    await rig.write(order(21, [119_000], { status: 'cancelled', delivered: null, invoiced: null, locked: null }));
    await rig.issue(boleta(1, 119_000, 2101, { state: 'draft' }), boleta(2, 119_000, 2101, { state: 'cancel' }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'cancelled', invoiced: null, flag: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('one invoice of two orders is divided between them, to the peso', async () => {
    await rig.write([...order(21, [100_000]), ...order(22, [19_001])]);
    await rig.issue({
      id: 1,
      lines: [
        { gross: 100_000, saleLine: 2101 },
        { gross: 19_001, saleLine: 2201 },
      ],
    });
    expect(await rig.statuses()).toMatchObject([
      { id: '21', invoiced: 100_000 },
      { id: '22', invoiced: 19_001 },
    ]);
    await rig.issue({
      id: 2,
      type: 'out_refund',
      reverses: 1,
      lines: [
        { gross: 100_000, saleLine: 2101 },
        { gross: 19_001, saleLine: 2201 },
      ],
    });
    expect(await rig.refunds()).toMatchObject([
      { id: '2/21', order: '21', amount: 100_000, counts: true },
      { id: '2/22', order: '22', amount: 19_001, counts: true },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('in another currency it is invoiced at the rate of its own document', async () => {
    await rig.write(order(21, [100], { currency_source: 'USD', amount_total_source: '100' }));
    await rig.issue(boleta(1, 100, 2101, { inCurrency: [1, 950] }));
    expect(await rig.statuses()).toMatchObject([{ status: 'completed', invoiced: 95_000 }]);
    await rig.issue(note(2, 100, 2101, { inCurrency: [1, 970] }));
    // Given back in full, whatever the two days' rates differ by.
    expect(await rig.statuses()).toMatchObject([{ status: 'refunded', invoiced: -2_000 }]);
    expect(await rig.unsettled()).toEqual([]);
  });
});
