import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boleta, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { invoiceDrafts, SISTER, type Document } from '../support/invoice-drafts.ts';
import { orderDraft } from '../support/scripted-stream.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

describe('refunds by credit note (MEANING 19)', () => {
  test('the day is the date of the document, never converted', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 23_800, 2101, { reverses: 1, date: '2026-11-01' }));
    expect(await rig.refunds()).toEqual([{ id: '2', order: '21', day: '2026-11-01', amount: 23_800, counts: true }]);
    expect(
      await rig.tenant.rows("select created_at at time zone 'America/Santiago' as at, amount_paid_back_source as paid from public.refunds"),
    ).toEqual([{ at: new Date(2026, 10, 1, 12), paid: null }]);
    expect(await rig.statuses()).toMatchObject([{ status: 'completed', invoiced: 95_200 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('boleta 119.000, nota de crédito 119.000, factura 119.000: refund 0, sale 119.000 once', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101));
    await rig.issue(note(2, 119_000, 2101, { reverses: 1, date: '2026-11-30' }));
    await rig.issue(boleta(3, 119_000, 2101, { code: '33', date: '2026-11-30' }));
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'completed', invoiced: 119_000, flag: false }]);
    expect(await rig.refunds()).toMatchObject([{ id: '2', amount: 0, counts: false }]);
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a factura for less gives back the rest', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 119_000, 2101, { reverses: 1 }), boleta(3, 100_000, 2101, { code: '33' }));
    expect(await rig.refunds()).toMatchObject([{ id: '2', amount: 19_000, counts: true }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('what was given back before the document was replaced keeps its day', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(
      boleta(1, 119_000, 2101),
      note(2, 23_800, 2101, { reverses: 1, date: '2026-11-29' }),
      note(3, 95_200, 2101, { reverses: 1, date: '2026-12-01' }),
      boleta(4, 95_200, 2101, { code: '33', date: '2026-12-01' }),
    );
    expect(await rig.refunds()).toMatchObject([
      { id: '2', day: '2026-11-29', amount: 23_800, counts: true },
      { id: '3', amount: 0, counts: false },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('of an order invoiced in parts, the part replaced is none, and the part returned is one', async () => {
    await rig.write([...order(21, [100_000, 100_000]), ...order(22, [100_000, 100_000])]);
    await rig.issue(boleta(1, 100_000, 2101), note(2, 100_000, 2101, { reverses: 1 }), boleta(3, 100_000, 2101, { code: '33' }));
    await rig.issue(boleta(4, 100_000, 2201), note(5, 100_000, 2201, { reverses: 4 }), boleta(6, 100_000, 2202));
    expect(await rig.refunds()).toMatchObject([
      { id: '2', amount: 0, counts: false },
      { id: '5', amount: 100_000, counts: true },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a correction of text (reason 2), a draft and a cancelled note are none', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(
      boleta(1, 119_000, 2101),
      note(2, 119_000, 2101, { reverses: 1, reason: '2' }),
      note(3, 119_000, 2101, { reverses: 1, state: 'draft' }),
      note(4, 119_000, 2101, { reverses: 1, state: 'cancel' }),
    );
    expect(await rig.refunds()).toEqual([]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('a note that is cancelled after it was posted takes its refund with it', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 119_000, 2101, { reverses: 1 }));
    expect(await rig.statuses()).toMatchObject([{ status: 'refunded' }]);
    await rig.issue(note(2, 119_000, 2101, { reverses: 1, state: 'cancel', writtenAt: '2026-11-29 12:00:00' }));
    expect(await rig.refunds()).toEqual([]);
    expect(await rig.statuses()).toMatchObject([{ status: 'completed' }]);
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('of a mirror it is none: the shop says what was given back', async () => {
    await rig.write(order(21, [119_000], { shop_order_id: '9001', shop_order_name: '1001' }));
    await rig.write(
      [orderDraft('9001', { shop_order_id: '9001', shop_order_name: '1001', amount_total_source: '119000' })],
      rig.tenant.shop,
    );
    await rig.issue(boleta(1, 119_000, 2101), note(2, 119_000, 2101, { reverses: 1 }));
    expect(await rig.refunds()).toMatchObject([{ id: '2', counts: false }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('without order and without invoice it is one all the same; without order of its own, that of the invoice it reverses', async () => {
    await rig.write(order(21, [119_000]));
    const all: Document[] = [
      boleta(1, 119_000, 2101),
      { id: 2, type: 'out_refund', lines: [{ gross: 5_950 }] },
      { id: 3, type: 'out_refund', lines: [{ gross: 11_900 }], reverses: 1 },
    ];
    await rig.write(invoiceDrafts(all));
    expect(await rig.refunds()).toMatchObject([
      { id: '2', order: null, amount: 5_950, counts: true },
      { id: '3', order: '21', amount: 11_900, counts: true },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('that is greater than its order is kept', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 130_000, 2101));
    expect(await rig.refunds()).toMatchObject([{ id: '2', amount: 130_000, counts: true }]);
    expect(await rig.unsettled()).toEqual([]);
  });
});

describe('sales without an order (MEANING 13, 14)', () => {
  test('a posted invoice without order is a sale on its date; its credit note gives it back', async () => {
    const all: Document[] = [
      { id: 1, lines: [{ gross: 59_500 }], date: '2026-12-01' },
      { id: 2, type: 'out_refund', lines: [{ gross: 59_500 }], reverses: 1, date: '2026-12-03' },
    ];
    await rig.write(invoiceDrafts(all.slice(0, 1)));
    expect(await rig.statuses()).toEqual([{ id: 'invoice:1', status: 'completed', invoiced: 59_500, flag: false }]);
    await rig.write(invoiceDrafts(all.slice(1), all));
    expect(await rig.statuses()).toEqual([{ id: 'invoice:1', status: 'refunded', invoiced: 0, flag: false }]);
    expect(await rig.days()).toEqual([
      { day: '2026-12-01', orders: 1, sold: 59_500, refunds: 0, back: 0 },
      { day: '2026-12-03', orders: 0, sold: 0, refunds: 1, back: 59_500 },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('it is none any more once its lines have an order, or it goes back to draft', async () => {
    await rig.issue({ id: 1, lines: [{ gross: 59_500 }] }, { id: 2, lines: [{ gross: 11_900 }] });
    await rig.write(order(21, [59_500]));
    await rig.issue(
      { ...boleta(1, 59_500, 2101), writtenAt: '2026-11-29 12:00:00' },
      { id: 2, lines: [{ gross: 11_900 }], state: 'draft', writtenAt: '2026-11-29 12:00:00' },
    );
    expect(await rig.statuses()).toEqual([{ id: '21', status: 'completed', invoiced: 59_500, flag: false }]);
    expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 59_500, refunds: 0, back: 0 }]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('debit notes add', async () => {
    await rig.write(order(21, [119_000]));
    await rig.issue(boleta(1, 119_000, 2101), { id: 2, code: '56', lines: [{ gross: 1_190 }], debits: 1, date: '2026-11-29' });
    expect(await rig.days()).toEqual([
      { day: '2026-11-27', orders: 1, sold: 119_000, refunds: 0, back: 0 },
      { day: '2026-11-29', orders: 1, sold: 1_190, refunds: 0, back: 0 },
    ]);
    expect(await rig.unsettled()).toEqual([]);
  });

  test('an invoice of the counter is no sale of its own, and its credit note no refund', async () => {
    await rig.issue(
      { id: 1, lines: [{ gross: 59_500 }], counterOrders: [7] },
      { id: 2, type: 'out_refund', lines: [{ gross: 59_500 }], counterOrders: [8] },
    );
    expect(await rig.statuses()).toEqual([]);
    expect(await rig.refunds()).toEqual([]);
  });

  test('A invoices its sister 1.000.000, and the sister sells 1.300.000 outside: the tenant sold 1.300.000', async () => {
    await rig.issue({ id: 1, lines: [{ gross: 1_000_000 }], partner: SISTER }, { id: 2, lines: [{ gross: 1_300_000 }] });
    await rig.issue({ id: 3, type: 'out_refund', lines: [{ gross: 1_000 }], partner: SISTER });
    expect(await rig.days()).toEqual([{ day: '2026-11-28', orders: 1, sold: 1_300_000, refunds: 0, back: 0 }]);
    expect(await rig.unsettled()).toEqual([]);
  });
});

test('a document is stored with type, folio, date, reference and how it is taxed (MEANING 41)', async () => {
  await rig.write(order(21, [119_000]));
  await rig.issue(boleta(1, 119_000, 2101), note(2, 11_900, 2101, { reverses: 1, reason: '3', date: '2026-12-01' }));
  expect(
    await rig.tenant
      .rows(`select kind, document_type as type, folio, invoice_date::text as day, amount_net_source::int as net, amount_exempt_source::int as exempt,
      amount_iva_source::int as iva, amount_other_taxes_source::int as other, amount_total::int as total, amount_total_company::int as books,
      reference_reason as reason, buyer_rut as rut from public.invoices order by source_id`),
  ).toEqual([
    {
      kind: 'invoice',
      type: '39',
      folio: '1',
      day: '2026-11-28',
      net: 100_000,
      exempt: 0,
      iva: 19_000,
      other: 0,
      total: 119_000,
      books: 119_000,
      reason: null,
      rut: '76042235-5',
    },
    {
      kind: 'credit_note',
      type: '61',
      folio: '2',
      day: '2026-12-01',
      net: 10_000,
      exempt: 0,
      iva: 1_900,
      other: 0,
      total: 11_900,
      books: -11_900,
      reason: '3',
      rut: '76042235-5',
    },
  ]);
});
