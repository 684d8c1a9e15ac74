import { afterEach, describe, expect, test } from 'vitest';
import { numbersIn } from '../../connectors/odoo/mapping/payment.ts';
import { decimal } from '../../src/sandbox/world/decimal.ts';
import type { OdooDatabase } from '../../src/sandbox/world/odoo-model.ts';
import type { OdooInvoiceLine, OdooPartial, OdooPayment } from '../../src/sandbox/world/odoo-account-model.ts';
import { InvoiceBook } from '../../src/sandbox/world/odoo-invoice-book.ts';
import { clock, closeAll, contextOf, database, draftsOf, faultsOf, fieldsOf, idsOf, incremental, pages, serve } from './odoo-database.ts';

afterEach(closeAll);

const OLD = '2026-11-28 12:00:00.500000';
const stamps = { createDate: OLD, writeDate: OLD };

const payment = (id: number, more: Partial<OdooPayment> = {}): OdooPayment => ({
  id,
  name: `PWEB/${id}`,
  paymentType: 'inbound',
  partnerType: 'customer',
  state: 'paid',
  date: '2026-11-30',
  amount: '119000',
  currencyId: 45,
  companyId: 1,
  journalId: 8,
  partnerId: 20,
  memo: '#1001 pago de Ana Pérez 12.345.678-5',
  moveId: 900 + id,
  ...stamps,
  ...more,
});

/** Boleta 100 paid by payment 1 in two parts of the books; note 101 set off against it; payments that are none of a customer of company 1. */
function books(version: OdooDatabase['version'] = '19.0'): OdooDatabase {
  const book = new InvoiceBook();
  const sold = {
    name: 'Servicio',
    productId: 30,
    quantity: 1,
    priceUnit: '100000',
    discount: '0',
    subtotal: decimal('100000'),
    tax: decimal('19000'),
    taxIds: [1],
    saleLineId: 1,
  };
  const issue = (kind: 'invoice' | 'credit note', code: '39' | '61') =>
    book.issue({
      kind,
      code,
      time: Date.parse('2026-11-29T12:00:00Z'),
      day: '2026-11-29',
      microseconds: 5,
      partnerId: 20,
      companyId: 1,
      currencyId: 45,
      pesos: decimal('1'),
      lines: [sold],
    });
  issue('invoice', '39');
  issue('credit note', '61');
  const debtOf = (move: number) => book.lines.find(({ moveId, displayType }) => moveId === move && displayType === 'payment_term')!;
  const entry = (id: number, paymentId: number, moveId: number): OdooInvoiceLine => ({ ...debtOf(100), id, moveId, paymentId });
  const part = (id: number, debitMoveId: number, creditMoveId: number, amount: string): OdooPartial => ({
    id,
    debitMoveId,
    creditMoveId,
    amount,
    companyId: 1,
    maxDate: '2026-11-30',
    ...stamps,
  });
  return {
    ...database(version),
    invoices: book.invoices,
    invoiceLines: [...book.lines, entry(801, 1, 901), entry(804, 4, 904)],
    journals: [{ id: 8, name: 'Webpay', code: 'WEB', companyId: 1 }],
    payments: [
      payment(1),
      payment(2, { paymentType: 'outbound', amount: '23800', state: 'in_process' }),
      payment(3, { state: 'canceled' }),
      payment(4, { partnerType: 'supplier' }),
      payment(5, { companyId: 2 }),
    ],
    partials: [
      part(1, debtOf(100).id, 801, '100000'),
      part(2, debtOf(100).id, 801, '19000'),
      part(3, debtOf(100).id, debtOf(101).id, '1'),
      part(4, debtOf(100).id, 804, '5'),
    ],
  };
}

describe.each([
  ['19.0', 'json2', { username: undefined }],
  ['19.0', 'jsonrpc', { transport: 'jsonrpc' }],
  ['19.0', 'xmlrpc', { transport: 'xmlrpc' }],
  ['16.0', 'jsonrpc', {}],
] as const)('payments of Odoo %s over %s', (version, _transport, settings) => {
  test('those of customers come with journal, state and what they cite, and nothing that people wrote', async () => {
    const read = await pages(contextOf(await serve([books(version)]), settings), 'payments');
    expect(draftsOf(read).flatMap(faultsOf)).toEqual([]);
    expect(read.flatMap((page) => [...page.rejects])).toEqual([]);
    expect(idsOf(read)).toEqual(['1', '2', '3']);
    expect(fieldsOf(read, '1')).toEqual({
      name: 'PWEB/1',
      direction: 'inbound',
      state: 'posted',
      source_status: version === '16.0' ? 'posted' : 'paid',
      payment_date: '2026-11-30',
      currency_source: 'CLP',
      amount_source: '119000',
      amount_company: '119000',
      currency_company: 'CLP',
      journal: 'Webpay',
      reference: '#1001',
      matched: true,
      customer_id: '20',
      company: '1',
    });
    expect(fieldsOf(read, '2')).toMatchObject({ direction: 'outbound', state: 'posted', amount_source: '23800', amount_company: '23800' });
    expect(fieldsOf(read, '3')).toMatchObject({ state: 'cancelled' });
    expect(JSON.stringify(draftsOf(read))).not.toContain('Ana');
  });

  test('each match of a payment with a document is one; documents among themselves and suppliers are counted and left out', async () => {
    const read = await pages(contextOf(await serve([books(version)]), settings), 'payment_allocations');
    expect(draftsOf(read).flatMap(faultsOf)).toEqual([]);
    expect(draftsOf(read).map(({ sourceId, fields }) => [sourceId, fields])).toEqual(
      ['100000', '19000'].map((amount, i) => [
        String(i + 1),
        { payment_id: '1', invoice_id: '100', allocated_on: '2026-11-30', amount_company: amount, currency_company: 'CLP' },
      ]),
    );
    expect(read.map((page) => page.excluded)).toEqual([{ not_of_a_customer_payment: 2 }]);
  });
});

test('until 17 a change of its entry alone brings a payment again', async () => {
  const db = books('16.0');
  // The entry of payment 2, as far as the database needs to know it.
  const entry = { ...db.invoices[0]!, id: 902 };
  db.invoices.push(entry);
  const context = contextOf(await serve([db]));
  const first = await pages(context, 'payments');
  clock.now = new Date('2026-12-05T14:00:00Z');
  entry.writeDate = '2026-12-05 13:00:00.000000';
  const again = await pages(context, 'payments', incremental(first.at(-1)!.cursor));
  expect(idsOf(again)).toEqual(['2']);
});

test('a user without rights, or an Odoo without accounting, leaves the streams empty with a word', async () => {
  for (const stream of ['payments', 'payment_allocations'] as const) {
    const model = stream === 'payments' ? 'account.payment' : 'account.partial.reconcile';
    for (const limits of [{ deniedModels: [model] }, { missingModels: [model] }]) {
      const read = await pages(contextOf(await serve([books()], limits)), stream);
      expect([draftsOf(read), read.at(-1)?.covered, read.at(-1)?.notices?.length]).toEqual([[], undefined, 1]);
    }
  }
});

describe('what a memo cites', () => {
  test.each([
    ['#1001', '#1001'],
    ['WEB_#1001 / S00021', 'WEB_#1001 S00021'],
    ['BEL 000123', '000123'],
    ['Pedido 5843276169342 de Juan', '5843276169342'],
    ['INV/2026/00012', 'INV/2026/00012'],
    ['Juan Pérez 12.345.678-5', null],
    ['tel. +56912345678, 912345678', null],
    ['76042235-5', null],
    ['sin número', null],
    ['', null],
  ])('"%s" is %s', (memo, kept) => {
    expect(numbersIn([memo, null])).toBe(kept);
  });
});
