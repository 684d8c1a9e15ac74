import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boleta, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { webRefund } from '../support/shop-drafts.ts';

const OCTOBER = '2026-10-20T15:00:00Z';
const NOVEMBER = '2026-11-20T15:00:00Z';
const DECEMBER = '2026-12-10T15:00:00Z';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

describe('what is given back and its credit notes', () => {
  test('a refund with its credit note in the month leaves nothing', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 119_000, 2101), note(2, 23_800, 2101, { reverses: 1, reason: '3' }));
    expect(await rig.bridgeShape()).toEqual({ sales: '119000', refunds: '23800', documents: '95200', lines: {} });
  });

  test('without a credit note until the end of the month it is said, and the later note is of an earlier refund', async () => {
    await rig.webSale(1001, 119_000, OCTOBER);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 119_000, 2101, { date: '2026-10-20' }), note(2, 23_800, 2101, { reverses: 1, date: '2026-12-01' }));
    expect(await rig.bridgeShape()).toEqual({
      sales: '0',
      refunds: '23800',
      documents: '0',
      lines: { refund_without_credit_note: '23800' },
    });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ credit_note_of_earlier_refund: '-23800' });
  });

  test('a credit note before its refund, and one without any', async () => {
    await rig.webSale(1001, 119_000, OCTOBER);
    await rig.webSale(1002, 59_500, OCTOBER, 22);
    await rig.write([webRefund(1, 1001, 23_800, DECEMBER)], rig.tenant.shop);
    await rig.issue(
      boleta(1, 119_000, 2101, { date: '2026-10-20' }),
      boleta(2, 59_500, 2201, { date: '2026-10-20' }),
      note(3, 23_800, 2101, { reverses: 1 }),
      note(4, 59_500, 2201, { reverses: 2 }),
    );
    expect((await rig.bridgeShape()).lines).toEqual({ credit_note_without_refund: '-83300' });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ credit_note_without_refund: '23800' });
  });

  test('where Odoo speaks, a credit note is the refund itself, with or without an order', async () => {
    await rig.write(order(21, [119_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 119_000, 2101, { reverses: 1 }), {
      id: 3,
      type: 'out_refund',
      lines: [{ gross: 5_000 }],
    });
    expect(await rig.bridgeShape()).toEqual({ sales: '119000', refunds: '124000', documents: '-5000', lines: {} });
  });
});

describe('what is given back before it is documented', () => {
  test('needs no document: of a sale without any, in the same month and later', async () => {
    await rig.webSale(1001, 59_500, NOVEMBER);
    await rig.webSale(1002, 47_600, NOVEMBER, 22);
    await rig.write([webRefund(1, 1001, 59_500, NOVEMBER), webRefund(2, 1002, 47_600, DECEMBER)], rig.tenant.shop);
    expect(await rig.bridgeShape()).toEqual({ sales: '107100', refunds: '59500', documents: '0', lines: { not_invoiced: '-47600' } });
    expect(await rig.bridgeShape('2026-12')).toEqual({
      sales: '0',
      refunds: '47600',
      documents: '0',
      lines: { refunded_before_invoice: '47600' },
    });
  });

  test('of one that was documented for the rest there is no credit note to come', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.webSale(1002, 119_000, NOVEMBER, 22);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER), webRefund(2, 1002, 23_800, '2026-12-01T15:00:00Z')], rig.tenant.shop);
    await rig.issue(boleta(1, 95_200, 2101), boleta(2, 95_200, 2201, { date: '2026-12-03' }));
    expect((await rig.bridgeShape()).lines).toEqual({ not_invoiced: '-119000' });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ sold_before: '95200', refunded_before_invoice: '23800' });
  });

  test('after the document it needs one, also of an order documented for less', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.write([webRefund(1, 1001, 23_800, DECEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 100_000, 2101));
    expect((await rig.bridgeShape()).lines).toEqual({ amount: '-19000' });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ refund_without_credit_note: '23800' });
  });
});
