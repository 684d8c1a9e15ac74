import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentLine } from '../../src/reconcile/documents-bridge.ts';
import { runDocumentsBridge } from '../../src/reconcile/run-documents-bridge.ts';
import { changeTenant } from '../../src/store/tenant-settings.ts';
import { boleta, DELIVERED, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { SISTER, type Document } from '../support/invoice-drafts.ts';
import { mirrorOf, webOrder, webRefund } from '../support/shop-drafts.ts';

const OCTOBER = '2026-10-20T15:00:00Z';
const NOVEMBER = '2026-11-20T15:00:00Z';
const DECEMBER = '2026-12-10T15:00:00Z';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

const bridgeOf = (month: string) => runDocumentsBridge(rig.engine.db, { tenantId: rig.tenant.tenantId, month });

/** Start, end, lines; the remainder is nothing, whatever the rest is. */
async function shape(month = '2026-11') {
  const bridge = await bridgeOf(month);
  expect(bridge.remainder).toBe('0');
  return {
    sales: bridge.salesAmount,
    refunds: bridge.refundsAmount,
    documents: bridge.documentsAmount,
    lines: Object.fromEntries(bridge.lines.map(({ line, amount }) => [line, amount])) as Partial<Record<DocumentLine, string>>,
  };
}

/** A web order with its mirror 21. */
async function web(number: number, total: number, at: string, mirror = 21, amounts: readonly number[] = [total]): Promise<void> {
  await rig.write([webOrder(number, total, at)], rig.tenant.shop);
  await rig.write(order(mirror, amounts, { created_at: at, ...mirrorOf(number) }));
}

describe('sales and the documents that state them (MEANING 32)', () => {
  test('sold and invoiced in the month leaves nothing, whoever speaks for the sale', async () => {
    await web(1001, 119_000, NOVEMBER);
    await rig.write(order(22, [59_500], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101), boleta(2, 59_500, 2201), { id: 3, lines: [{ gross: 35_700 }], code: '33' });
    expect(await shape()).toEqual({ sales: '214200', refunds: '0', documents: '214200', lines: {} });
  });

  test('the example of the definitions: E is sold on 30 November at 23:30 and invoiced on 1 December', async () => {
    await rig.write([...order(21, [178_500], { created_at: NOVEMBER }), ...order(23, [238_000], { created_at: '2026-12-01T02:30:00Z' })]);
    await rig.issue(boleta(1, 178_500, 2101), boleta(2, 238_000, 2301, { date: '2026-12-01' }));
    expect(await shape()).toEqual({ sales: '416500', refunds: '0', documents: '178500', lines: { not_invoiced: '-238000' } });
    expect(await shape('2026-12')).toEqual({ sales: '0', refunds: '0', documents: '238000', lines: { sold_before: '238000' } });
  });

  test('invoiced in part: the rest is not yet invoiced', async () => {
    await rig.write(order(21, [100_000, 19_000], { created_at: NOVEMBER, ...DELIVERED }));
    await rig.issue(boleta(1, 19_000, 2102), boleta(2, 100_000, 2101, { date: '2026-12-03' }));
    expect((await shape()).lines).toEqual({ not_invoiced: '-100000' });
    expect((await shape('2026-12')).lines).toEqual({ sold_before: '100000' });
  });

  test('a document before its sale is ahead of it, and evens out when the sale comes', async () => {
    await rig.write(order(21, [119_000], { created_at: DECEMBER }));
    await rig.issue(boleta(1, 119_000, 2101));
    expect((await shape()).lines).toEqual({ invoiced_ahead: '119000' });
    expect((await shape('2026-12')).lines).toEqual({ invoiced_ahead: '-119000' });
  });

  test('a boleta that a factura replaces is one document, also over the end of a month', async () => {
    await web(1001, 119_000, NOVEMBER);
    await rig.issue(
      boleta(1, 119_000, 2101),
      note(2, 119_000, 2101, { reverses: 1, date: '2026-12-02' }),
      boleta(3, 119_000, 2101, { code: '33', date: '2027-01-04' }),
    );
    expect((await shape()).lines).toEqual({});
    expect(await shape('2026-12')).toEqual({ sales: '0', refunds: '0', documents: '-119000', lines: { document_replaced: '-119000' } });
    expect((await shape('2027-01')).lines).toEqual({ sold_before: '119000' });
  });

  test('drafts and cancelled documents are none', async () => {
    await rig.write(order(21, [119_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101, { state: 'draft' }), boleta(2, 119_000, 2101, { state: 'cancel' }));
    expect((await shape()).lines).toEqual({ not_invoiced: '-119000' });
  });

  test('two web orders that one Odoo order joins are compared as one', async () => {
    await rig.write([webOrder(1001, 60_000, NOVEMBER), webOrder(1002, 59_000, NOVEMBER)], rig.tenant.shop);
    await rig.write(order(21, [119_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.tenant.rows(
      `insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
       select s.tenant_id, s.id, e.id, 'person' from public.source_orders s, public.source_orders e where s.name = '#1002' and e.name = 'S00021'`,
    );
    await rig.issue(boleta(1, 119_000, 2101));
    expect((await shape()).lines).toEqual({});
  });
});

describe('what is given back and its credit notes', () => {
  test('a refund with its credit note in the month leaves nothing', async () => {
    await web(1001, 119_000, NOVEMBER);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 119_000, 2101), note(2, 23_800, 2101, { reverses: 1, reason: '3' }));
    expect(await shape()).toEqual({ sales: '119000', refunds: '23800', documents: '95200', lines: {} });
  });

  test('without a credit note until the end of the month it is said, and the later note is of an earlier refund', async () => {
    await web(1001, 119_000, OCTOBER);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 119_000, 2101, { date: '2026-10-20' }), note(2, 23_800, 2101, { reverses: 1, date: '2026-12-01' }));
    expect(await shape()).toEqual({ sales: '0', refunds: '23800', documents: '0', lines: { refund_without_credit_note: '23800' } });
    expect((await shape('2026-12')).lines).toEqual({ credit_note_of_earlier_refund: '-23800' });
  });

  test('a credit note before its refund, and one without any', async () => {
    await web(1001, 119_000, OCTOBER);
    await web(1002, 59_500, OCTOBER, 22);
    await rig.write([webRefund(1, 1001, 23_800, DECEMBER)], rig.tenant.shop);
    await rig.issue(
      boleta(1, 119_000, 2101, { date: '2026-10-20' }),
      boleta(2, 59_500, 2201, { date: '2026-10-20' }),
      note(3, 23_800, 2101, { reverses: 1 }),
      note(4, 59_500, 2201, { reverses: 2 }),
    );
    expect((await shape()).lines).toEqual({ credit_note_without_refund: '-83300' });
    expect((await shape('2026-12')).lines).toEqual({ credit_note_without_refund: '23800' });
  });

  test('where Odoo speaks, a credit note is the refund itself, with or without an order', async () => {
    await rig.write(order(21, [119_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101), note(2, 119_000, 2101, { reverses: 1 }), {
      id: 3,
      type: 'out_refund',
      lines: [{ gross: 5_000 }],
    });
    expect(await shape()).toEqual({ sales: '119000', refunds: '124000', documents: '-5000', lines: {} });
  });
});

describe('what is given back before it is documented', () => {
  test('needs no document: of a sale without any, in the same month and later', async () => {
    await web(1001, 59_500, NOVEMBER);
    await web(1002, 47_600, NOVEMBER, 22);
    await rig.write([webRefund(1, 1001, 59_500, NOVEMBER), webRefund(2, 1002, 47_600, DECEMBER)], rig.tenant.shop);
    expect(await shape()).toEqual({ sales: '107100', refunds: '59500', documents: '0', lines: { not_invoiced: '-47600' } });
    expect(await shape('2026-12')).toEqual({
      sales: '0',
      refunds: '47600',
      documents: '0',
      lines: { refunded_before_invoice: '47600' },
    });
  });

  test('of one that was documented for the rest there is no credit note to come', async () => {
    await web(1001, 119_000, NOVEMBER);
    await web(1002, 119_000, NOVEMBER, 22);
    await rig.write([webRefund(1, 1001, 23_800, NOVEMBER), webRefund(2, 1002, 23_800, '2026-12-01T15:00:00Z')], rig.tenant.shop);
    await rig.issue(boleta(1, 95_200, 2101), boleta(2, 95_200, 2201, { date: '2026-12-03' }));
    expect((await shape()).lines).toEqual({ not_invoiced: '-119000' });
    expect((await shape('2026-12')).lines).toEqual({ sold_before: '95200', refunded_before_invoice: '23800' });
  });

  test('after the document it needs one, also of an order documented for less', async () => {
    await web(1001, 119_000, NOVEMBER);
    await rig.write([webRefund(1, 1001, 23_800, DECEMBER)], rig.tenant.shop);
    await rig.issue(boleta(1, 100_000, 2101));
    expect((await shape()).lines).toEqual({ amount: '-19000' });
    expect((await shape('2026-12')).lines).toEqual({ refund_without_credit_note: '23800' });
  });
});

describe('what never evens out', () => {
  test('a peso of a document that rounds otherwise, and a different amount', async () => {
    await web(1001, 119_000, NOVEMBER, 21, [118_999]);
    await web(1002, 50_000, NOVEMBER, 22, [48_000]);
    await web(1003, 10_000, NOVEMBER, 23, [13_000]);
    await rig.issue(boleta(1, 118_999, 2101), boleta(2, 48_000, 2201), boleta(3, 13_000, 2301));
    expect((await shape()).lines).toEqual({ amount: '1000', rounding: '-1' });
  });

  test('an order that Odoo calls invoiced because of a draft is not', async () => {
    await rig.write(order(21, [100_000, 19_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 19_000, 2102), boleta(2, 100_000, 2101, { state: 'draft' }));
    expect((await shape()).lines).toEqual({ not_invoiced: '-100000' });
  });

  test('an order that is twice in the books and invoiced twice', async () => {
    await web(1001, 119_000, NOVEMBER);
    await rig.write(order(22, [119_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.issue(boleta(1, 119_000, 2101), boleta(2, 119_000, 2201, { date: '2026-12-01' }));
    expect((await shape()).lines).toEqual({});
    expect((await shape('2026-12')).lines).toEqual({ amount: '119000' });
  });

  test('the document of what is no sale, and those between companies', async () => {
    await rig.write([webOrder(1001, 50_000, NOVEMBER, { status: 'cancelled' })], rig.tenant.shop);
    await rig.write(order(21, [50_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.write(order(22, [119_000], { created_at: NOVEMBER, excluded_because: 'intercompany' }));
    await rig.issue(boleta(1, 50_000, 2101), boleta(2, 119_000, 2201, { partner: SISTER }));
    const { sales, documents, lines } = await shape();
    expect({ documents, all: Number(documents) - Number(sales) }).toEqual({ documents: '169000', all: 169_000 - Number(sales) });
    expect(lines.intercompany).toBe('119000');
    expect(Number(lines.without_order ?? 0) + Number(sales)).toBe(50_000);
  });

  test('UF: sold at 39.800, invoiced at 39.900: the difference is the exchange rate', async () => {
    await rig.write([
      {
        entity: 'exchange_rate',
        sourceId: '1',
        sourceCreatedAt: null,
        sourceUpdatedAt: '2026-11-20T12:00:00Z',
        fields: { currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-20', rate: '39800', company: '1' },
      },
    ]);
    await rig.write(order(21, [10], { created_at: NOVEMBER, currency_source: 'CLF' }));
    await rig.issue(boleta(1, 10, 2101, { inCurrency: [171, 39_900] }));
    expect(await shape()).toEqual({ sales: '398000', refunds: '0', documents: '399000', lines: { fx: '1000' } });
  });

  test('a sale without a rate counts nothing and is said', async () => {
    await rig.write(order(21, [10], { created_at: NOVEMBER, currency_source: 'CLF' }));
    await rig.issue(boleta(1, 10, 2101, { inCurrency: [171, 39_900] }));
    expect(await shape()).toEqual({ sales: '0', refunds: '0', documents: '399000', lines: { fx: '399000' } });
    expect((await bridgeOf('2026-11')).warnings).toContainEqual(expect.objectContaining({ code: 'without_rate' }));
  });
});

test('findings name the sale and all its documents, largest first within a line', async () => {
  await rig.write([...order(21, [1_000], { created_at: NOVEMBER }), ...order(22, [2_000], { created_at: NOVEMBER })]);
  await rig.issue(boleta(1, 2_000, 2201, { date: '2026-12-03' }));
  expect((await bridgeOf('2026-11')).findings).toMatchObject([
    { line: 'not_invoiced', amount: '-2000', order: 'S00022', day: '2026-11-20', documents: [{ name: 'DOC 1', day: '2026-12-03' }] },
    { line: 'not_invoiced', amount: '-1000', order: 'S00021', documents: [] },
  ]);
  const cut = await runDocumentsBridge(rig.engine.db, { tenantId: rig.tenant.tenantId, month: '2026-11', limit: 1 });
  expect([cut.findings.length, cut.lines]).toEqual([1, [{ line: 'not_invoiced', findings: 2, amount: '-3000' }]]);
});

test('documents by type, with neto, IVA and folios; credit notes take away', async () => {
  const documents: Document[] = [
    { id: 11, lines: [{ gross: 119_000 }] },
    { id: 13, lines: [{ gross: 59_500 }] },
    { id: 14, code: '33', lines: [{ gross: 238_000 }] },
    { id: 15, type: 'out_refund', lines: [{ gross: 11_900 }], reverses: 11 },
    { id: 16, date: '2026-12-01', lines: [{ gross: 119_000 }] },
  ];
  await rig.issue(...documents);
  const row = (type: string, count: number, folios: readonly (string | number)[], parts: readonly number[]) => ({
    type,
    documents: count,
    firstFolio: folios[0],
    lastFolio: folios[1],
    missingFolios: folios[2],
    net: String(parts[0]),
    exempt: '0',
    iva: String(parts[1]),
    otherTaxes: '0',
    unsplit: '0',
    total: String(parts[2]),
  });
  expect((await bridgeOf('2026-11')).types).toMatchObject([
    row('33', 1, ['14', '14', 0], [200_000, 38_000, 238_000]),
    row('39', 2, ['11', '13', 1], [150_000, 28_500, 178_500]),
    row('61', 1, ['15', '15', 0], [-10_000, -1_900, -11_900]),
  ]);
});

describe('what it cannot be made of', () => {
  test('a stream that was never read whole, or is behind, is said with its source', async () => {
    const { sources, warnings } = await bridgeOf('2026-11');
    expect(sources.map(({ source, stream, asOf }) => [source, stream, asOf])).toContainEqual(['odoo', 'invoices', null]);
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'loading', source: 'odoo', stream: 'invoices' }));
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'loading', source: 'shopify', stream: 'orders' }));
  });

  test('a company that issues its documents elsewhere is told that they are not here', async () => {
    expect((await bridgeOf('2026-11')).warnings.map(({ code }) => code)).not.toContain('issued_elsewhere');
    await changeTenant(rig.engine.db, rig.tenant.tenantId, new Map([['invoices_elsewhere', true]]), { who: 'test', reason: 'test' });
    expect((await bridgeOf('2026-11')).warnings.map(({ code }) => code)).toContain('issued_elsewhere');
  });

  test.each(['2026-13', '2026-1', 'noviembre', ''])('the month "%s" is refused', async (month) => {
    await expect(bridgeOf(month)).rejects.toThrow('write it like 2026-11');
  });

  test('a tenant without Odoo is told what to connect', async () => {
    await rig.tenant.rows("delete from ops.connections where source = 'odoo'");
    await expect(bridgeOf('2026-11')).rejects.toThrow('kpi connect odoo');
  });
});

describe('a company whose sales are its documents', () => {
  test('the example of the definitions: E is a sale of December, and both months agree with their documents without a line between', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [178_500], { created_at: NOVEMBER }), ...order(23, [238_000], { created_at: '2026-12-01T02:30:00Z' })]);
    await rig.issue(boleta(1, 178_500, 2101), boleta(2, 238_000, 2301, { date: '2026-12-01' }));
    expect(await shape()).toEqual({ sales: '178500', refunds: '0', documents: '178500', lines: {} });
    expect(await shape('2026-12')).toEqual({ sales: '238000', refunds: '0', documents: '238000', lines: {} });
  });

  test('in parts, credited and replaced: a sale and a refund for each document, and the replacement is told with its order', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [100_000, 19_000], { created_at: NOVEMBER }), ...order(22, [59_500], { created_at: NOVEMBER })]);
    await rig.issue(
      boleta(1, 19_000, 2102),
      boleta(2, 100_000, 2101, { date: '2026-12-03' }),
      note(3, 19_000, 2102, { date: '2026-12-04' }),
    );
    await rig.issue(boleta(4, 59_500, 2201), note(5, 59_500, 2201, { reverses: 4, date: '2026-12-02' }));
    await rig.issue(boleta(6, 59_500, 2201, { code: '33', date: '2027-01-04' }));
    expect(await shape()).toEqual({ sales: '78500', refunds: '0', documents: '78500', lines: {} });
    expect(await shape('2026-12')).toEqual({
      sales: '100000',
      refunds: '19000',
      documents: '21500',
      lines: { document_replaced: '-59500' },
    });
    const { findings } = await bridgeOf('2026-12');
    expect(findings).toMatchObject([{ line: 'document_replaced', order: 'DOC 4' }]);
  });
});
