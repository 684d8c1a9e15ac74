import { afterEach, describe, expect, test } from 'vitest';
import { odoo } from '../../connectors/odoo/index.ts';
import type { OdooLimits } from '../../src/sandbox/odoo/environment.ts';
import { decimal } from '../../src/sandbox/world/decimal.ts';
import type { OdooDatabase } from '../../src/sandbox/world/odoo-model.ts';
import { InvoiceBook, type InvoiceLineSketch, type InvoiceSketch } from '../../src/sandbox/world/odoo-invoice-book.ts';
import { clock, closeAll, contextOf, database, draftsOf, faultsOf, fieldsOf, pages, serve } from './odoo-database.ts';

afterEach(closeAll);

const sold = (untaxed: number, saleLineId: number | null): InvoiceLineSketch => ({
  name: 'Servicio\npara Ana',
  productId: 30,
  quantity: 1,
  priceUnit: String(untaxed),
  discount: '0',
  subtotal: decimal(String(untaxed)),
  tax: decimal(String((untaxed * 19) / 100)),
  taxIds: [11],
  saleLineId,
});

/** Order 21 (lines 1 and 2) with boleta 100 and note 101; invoice 102 and its note 103 without order; 104 of another company; 105 a draft. */
function books(version: OdooDatabase['version'] = '19.0'): OdooDatabase {
  const book = new InvoiceBook();
  const issue = (more: Partial<InvoiceSketch>) =>
    book.issue({
      kind: 'invoice',
      code: '39',
      time: Date.parse('2026-11-29T12:00:00Z'),
      day: '2026-11-29',
      microseconds: 5,
      partnerId: 20,
      companyId: 1,
      currencyId: 45,
      pesos: decimal('1'),
      lines: [sold(90_000, 1), sold(10_000, 2)],
      ...more,
    });
  const boleta = issue({});
  issue({ kind: 'credit note', code: '61', reverses: boleta, reason: '3', day: '2026-12-01', lines: [sold(10_000, 2)] });
  const alone = issue({ code: '33', lines: [sold(50_000, null)] });
  issue({ kind: 'credit note', code: '61', reverses: alone, reason: '1', lines: [sold(50_000, null)] });
  issue({ companyId: 2, lines: [sold(1_000, 5)] });
  issue({ state: 'draft', lines: [sold(1_000, null)] });
  const base = database(version);
  const iva = { id: 11, name: 'IVA 19% Venta', companyId: 1, percent: '19', siiCode: 14 };
  return { ...base, measures: { ...base.measures, taxes: [iva] }, invoices: book.invoices, invoiceLines: book.lines };
}

describe.each([
  ['19.0', 'json2', { username: undefined }],
  ['19.0', 'jsonrpc', { transport: 'jsonrpc' }],
  ['19.0', 'xmlrpc', { transport: 'xmlrpc' }],
  ['16.0', 'jsonrpc', {}],
] as const)('invoices of Odoo %s over %s', (version, _transport, settings) => {
  test('each document comes with lines, refund and sale', async () => {
    const read = await pages(contextOf(await serve([books(version)]), settings), 'invoices');
    const drafts = draftsOf(read);
    expect(drafts.flatMap(faultsOf)).toEqual([]);
    expect(read.flatMap((page) => [...page.rejects])).toEqual([]);
    const ids = (entity: string) => drafts.filter((draft) => draft.entity === entity).map((draft) => draft.sourceId);
    expect(ids('invoice')).toEqual(['100', '101', '102', '103', '105']);
    expect(ids('invoice_line')).toHaveLength(6);
    expect(ids('refund')).toEqual(['101', '103']);
    expect(ids('refund_line')).toHaveLength(1);
    expect(ids('order')).toEqual(['invoice:100/21', 'invoice:102']);
    expect(fieldsOf(read, '101', 'invoice')).toMatchObject({
      kind: 'credit_note',
      document_type: '61',
      folio: '1001',
      invoice_date: '2026-12-01',
      amount_total_source: '11900',
      amount_total_company: '-11900',
      amount_net_source: '10000',
      amount_exempt_source: '0',
      amount_iva_source: '1900',
      reversed_invoice_id: '100',
      reference_type: '39',
      reference_folio: '1001',
      reference_reason: '3',
      buyer_rut: null,
    });
    expect(fieldsOf(read, '101', 'refund')).toMatchObject({ order_id: '21', created_on: '2026-12-01', amount_total_source: '11900' });
    expect(fieldsOf(read, '103', 'refund')).toMatchObject({ order_id: 'invoice:102', amount_total_source: '59500' });
    expect(fieldsOf(read, 'invoice:102', 'order')).toMatchObject({
      channel: 'invoice',
      created_on: '2026-11-29',
      amount_total_source: '59500',
    });
    // Neither the free text of a line nor the person's tax id goes anywhere.
    expect(JSON.stringify(drafts)).not.toMatch(/Ana|12\.?345/);
  });
});

test('a backfill takes the days its range touches, whole', async () => {
  const url = await serve([books()]);
  const stream = odoo.streams.find(({ name }) => name === 'invoices')!;
  const found: string[] = [];
  const request = { kind: 'backfill', cursor: null, from: '2026-12-01T03:00:00Z', until: '2026-12-02T03:00:00Z' } as const;
  for await (const page of stream.read(contextOf(url), request))
    for (const { entity, sourceId } of page.drafts) if (entity === 'invoice') found.push(sourceId);
  expect(found).toEqual(['101']);
});

test('what was posted after the last walk comes with the next one', async () => {
  const db = books();
  const context = contextOf(await serve([db]));
  const first = await pages(context, 'invoices');
  clock.now = new Date('2026-12-05T13:00:00Z');
  const draft = db.invoices.find(({ id }) => id === 105)!;
  Object.assign(draft, { state: 'posted', invoiceDate: '2026-12-05', folio: 7, writeDate: '2026-12-05 12:30:00.000001' });
  const stream = odoo.streams.find(({ name }) => name === 'invoices')!;
  const again: string[] = [];
  const request = { kind: 'incremental', cursor: first.at(-1)!.cursor, from: null } as const;
  for await (const page of stream.read(context, request))
    for (const { entity, sourceId } of page.drafts) again.push(`${entity} ${sourceId}`);
  const line = db.invoiceLines.find(({ moveId }) => moveId === 105)!.id;
  expect(again).toEqual(['invoice 105', `invoice_line ${line}`, 'order invoice:105', `order_line invoice-line:${line}`]);
});

test.each<[string, OdooLimits, string]>([
  ['the app is not installed', { missingModels: ['account.move', 'account.move.line'] }, 'model_missing'],
  ['the user may not read it', { deniedModels: ['account.move', 'account.move.line'] }, 'forbidden'],
])('where %s the stream is empty, says so, and covers nothing; the orders go on', async (_, limits, code) => {
  const context = contextOf(await serve([books()], limits));
  const [page, ...more] = await pages(context, 'invoices');
  expect(more).toEqual([]);
  expect(page).toMatchObject({ drafts: [], end: true, notices: [{ code }] });
  expect(page?.covered).toBeUndefined();
  expect(draftsOf(await pages(context, 'orders')).length).toBeGreaterThan(0);
  expect((await odoo.check(context)).findings.map((finding) => [finding.level, finding.message.split(' ')[0]])).toEqual([
    ['warning', 'account.move'],
  ]);
});

test('documents come without type and tax parts where those may not be read, and that is said', async () => {
  const limits = {
    hiddenFields: { 'account.tax': ['l10n_cl_sii_code'] },
    missingModels: ['l10n_latam.document.type', 'l10n_cl.account.invoice.reference'],
  };
  const read = await pages(contextOf(await serve([books()], limits)), 'invoices');
  expect(read.at(-1)?.notices?.map(({ code }) => code)).toEqual(['iva_unknown']);
  expect(fieldsOf(read, '101', 'invoice')).toMatchObject({
    document_type: null,
    folio: null,
    amount_iva_source: null,
    reference_reason: null,
  });
});
