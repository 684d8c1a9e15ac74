import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runDocumentsBridge } from '../../src/reconcile/run-documents-bridge.ts';
import { boleta, DELIVERED, DocumentsRig, note, order } from '../support/documents-rig.ts';
import { SISTER, type Document } from '../support/invoice-drafts.ts';
import { mirrorOf, webOrder } from '../support/shop-drafts.ts';

const NOVEMBER = '2026-11-20T15:00:00Z';
const DECEMBER = '2026-12-10T15:00:00Z';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

describe('sales and the documents that state them (MEANING 32)', () => {
  test('sold and invoiced in the month leaves nothing, whoever speaks for the sale', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.write(order(22, [59_500], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101), boleta(2, 59_500, 2201), { id: 3, lines: [{ gross: 35_700 }], code: '33' });
    expect(await rig.bridgeShape()).toEqual({ sales: '214200', refunds: '0', documents: '214200', lines: {} });
  });

  test('the example of the definitions: E is sold on 30 November at 23:30 and invoiced on 1 December', async () => {
    await rig.write([...order(21, [178_500], { created_at: NOVEMBER }), ...order(23, [238_000], { created_at: '2026-12-01T02:30:00Z' })]);
    await rig.issue(boleta(1, 178_500, 2101), boleta(2, 238_000, 2301, { date: '2026-12-01' }));
    expect(await rig.bridgeShape()).toEqual({ sales: '416500', refunds: '0', documents: '178500', lines: { not_invoiced: '-238000' } });
    expect(await rig.bridgeShape('2026-12')).toEqual({ sales: '0', refunds: '0', documents: '238000', lines: { sold_before: '238000' } });
  });

  test('invoiced in part: the rest is not yet invoiced', async () => {
    await rig.write(order(21, [100_000, 19_000], { created_at: NOVEMBER, ...DELIVERED }));
    await rig.issue(boleta(1, 19_000, 2102), boleta(2, 100_000, 2101, { date: '2026-12-03' }));
    expect((await rig.bridgeShape()).lines).toEqual({ not_invoiced: '-100000' });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ sold_before: '100000' });
  });

  test('a document before its sale is ahead of it, and evens out when the sale comes', async () => {
    await rig.write(order(21, [119_000], { created_at: DECEMBER }));
    await rig.issue(boleta(1, 119_000, 2101));
    expect((await rig.bridgeShape()).lines).toEqual({ invoiced_ahead: '119000' });
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ invoiced_ahead: '-119000' });
  });

  test('a boleta that a factura replaces is one document, also over the end of a month', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.issue(
      boleta(1, 119_000, 2101),
      note(2, 119_000, 2101, { reverses: 1, date: '2026-12-02' }),
      boleta(3, 119_000, 2101, { code: '33', date: '2027-01-04' }),
    );
    expect((await rig.bridgeShape()).lines).toEqual({});
    expect(await rig.bridgeShape('2026-12')).toEqual({
      sales: '0',
      refunds: '0',
      documents: '-119000',
      lines: { document_replaced: '-119000' },
    });
    expect((await rig.bridgeShape('2027-01')).lines).toEqual({ sold_before: '119000' });
  });

  test('drafts and cancelled documents are none', async () => {
    await rig.write(order(21, [119_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 119_000, 2101, { state: 'draft' }), boleta(2, 119_000, 2101, { state: 'cancel' }));
    expect((await rig.bridgeShape()).lines).toEqual({ not_invoiced: '-119000' });
  });

  test('two web orders that one Odoo order joins are compared as one', async () => {
    await rig.write([webOrder(1001, 60_000, NOVEMBER), webOrder(1002, 59_000, NOVEMBER)], rig.tenant.shop);
    await rig.write(order(21, [119_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.tenant.rows(
      `insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
       select s.tenant_id, s.id, e.id, 'person' from public.source_orders s, public.source_orders e where s.name = '#1002' and e.name = 'S00021'`,
    );
    await rig.issue(boleta(1, 119_000, 2101));
    expect((await rig.bridgeShape()).lines).toEqual({});
  });
});

describe('what never evens out', () => {
  test('a peso of a document that rounds otherwise, and a different amount', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER, 21, [118_999]);
    await rig.webSale(1002, 50_000, NOVEMBER, 22, [48_000]);
    await rig.webSale(1003, 10_000, NOVEMBER, 23, [13_000]);
    await rig.issue(boleta(1, 118_999, 2101), boleta(2, 48_000, 2201), boleta(3, 13_000, 2301));
    expect((await rig.bridgeShape()).lines).toEqual({ amount: '1000', rounding: '-1' });
  });

  test('an order that Odoo calls invoiced because of a draft is not', async () => {
    await rig.write(order(21, [100_000, 19_000], { created_at: NOVEMBER }));
    await rig.issue(boleta(1, 19_000, 2102), boleta(2, 100_000, 2101, { state: 'draft' }));
    expect((await rig.bridgeShape()).lines).toEqual({ not_invoiced: '-100000' });
  });

  test('an order that is twice in the books and invoiced twice', async () => {
    await rig.webSale(1001, 119_000, NOVEMBER);
    await rig.write(order(22, [119_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.issue(boleta(1, 119_000, 2101), boleta(2, 119_000, 2201, { date: '2026-12-01' }));
    expect((await rig.bridgeShape()).lines).toEqual({});
    expect((await rig.bridgeShape('2026-12')).lines).toEqual({ amount: '119000' });
  });

  test('the document of what is no sale, and those between companies', async () => {
    await rig.write([webOrder(1001, 50_000, NOVEMBER, { status: 'cancelled' })], rig.tenant.shop);
    await rig.write(order(21, [50_000], { created_at: NOVEMBER, ...mirrorOf(1001) }));
    await rig.write(order(22, [119_000], { created_at: NOVEMBER, excluded_because: 'intercompany' }));
    await rig.issue(boleta(1, 50_000, 2101), boleta(2, 119_000, 2201, { partner: SISTER }));
    const { sales, documents, lines } = await rig.bridgeShape();
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
    expect(await rig.bridgeShape()).toEqual({ sales: '398000', refunds: '0', documents: '399000', lines: { fx: '1000' } });
  });

  test('a sale without a rate counts nothing and is said', async () => {
    await rig.write(order(21, [10], { created_at: NOVEMBER, currency_source: 'CLF' }));
    await rig.issue(boleta(1, 10, 2101, { inCurrency: [171, 39_900] }));
    expect(await rig.bridgeShape()).toEqual({ sales: '0', refunds: '0', documents: '399000', lines: { fx: '399000' } });
    expect((await rig.bridge('2026-11')).warnings).toContainEqual(expect.objectContaining({ code: 'without_rate' }));
  });
});

test('findings name the sale and all its documents, largest first within a line', async () => {
  await rig.write([...order(21, [1_000], { created_at: NOVEMBER }), ...order(22, [2_000], { created_at: NOVEMBER })]);
  await rig.issue(boleta(1, 2_000, 2201, { date: '2026-12-03' }));
  expect((await rig.bridge('2026-11')).findings).toMatchObject([
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
  expect((await rig.bridge('2026-11')).types).toMatchObject([
    row('33', 1, ['14', '14', 0], [200_000, 38_000, 238_000]),
    row('39', 2, ['11', '13', 1], [150_000, 28_500, 178_500]),
    row('61', 1, ['15', '15', 0], [-10_000, -1_900, -11_900]),
  ]);
});

describe('what it cannot be made of', () => {
  test('a stream that was never read whole, or is behind, is said with its source', async () => {
    const { sources, warnings } = await rig.bridge('2026-11');
    expect(sources.map(({ source, stream, asOf }) => [source, stream, asOf])).toContainEqual(['odoo', 'invoices', null]);
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'loading', source: 'odoo', stream: 'invoices' }));
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'loading', source: 'shopify', stream: 'orders' }));
  });

  test('a company that issues its documents elsewhere is told that they are not here', async () => {
    expect((await rig.bridge('2026-11')).warnings.map(({ code }) => code)).not.toContain('issued_elsewhere');
    await rig.set('invoices_elsewhere', true);
    expect((await rig.bridge('2026-11')).warnings.map(({ code }) => code)).toContain('issued_elsewhere');
  });

  test.each(['2026-13', '2026-1', 'noviembre', ''])('the month "%s" is refused', async (month) => {
    await expect(rig.bridge(month)).rejects.toThrow('write it like 2026-11');
  });

  test('a tenant without Odoo is told what to connect', async () => {
    await rig.tenant.rows("delete from ops.connections where source = 'odoo'");
    await expect(rig.bridge('2026-11')).rejects.toThrow('kpi connect odoo');
  });
});

describe('a company whose sales are its documents', () => {
  test('the example of the definitions: E is a sale of December, and both months agree with their documents without a line between', async () => {
    await rig.countBy('invoices');
    await rig.write([...order(21, [178_500], { created_at: NOVEMBER }), ...order(23, [238_000], { created_at: '2026-12-01T02:30:00Z' })]);
    await rig.issue(boleta(1, 178_500, 2101), boleta(2, 238_000, 2301, { date: '2026-12-01' }));
    expect(await rig.bridgeShape()).toEqual({ sales: '178500', refunds: '0', documents: '178500', lines: {} });
    expect(await rig.bridgeShape('2026-12')).toEqual({ sales: '238000', refunds: '0', documents: '238000', lines: {} });
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
    expect(await rig.bridgeShape()).toEqual({ sales: '78500', refunds: '0', documents: '78500', lines: {} });
    expect(await rig.bridgeShape('2026-12')).toEqual({
      sales: '100000',
      refunds: '19000',
      documents: '21500',
      lines: { document_replaced: '-59500' },
    });
    const { findings } = await rig.bridge('2026-12');
    expect(findings).toMatchObject([{ line: 'document_replaced', order: 'DOC 4' }]);
  });
});
