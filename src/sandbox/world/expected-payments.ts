import { decimal, decimalText } from './decimal.ts';
import type { ExpectedRow, WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import { companiesOf } from './reporting.ts';

const STATES = { draft: 'draft', in_process: 'posted', paid: 'posted', canceled: 'cancelled' } as const;

/** Rows of one tenant's payments in the books, and of what each pays. */
export function* expectedPayments(tenant: WorldTenant, database: OdooDatabase): Generator<ExpectedRow> {
  const companies = companiesOf(tenant);
  const journals = new Map(database.journals.map(({ id, name }) => [id, name]));
  const row = (table: string, id: number, values: ExpectedRow['values']): ExpectedRow => ({
    rut: tenant.rut,
    table,
    sourceId: String(id),
    values,
  });
  for (const payment of database.payments) {
    if (!companies.includes(payment.companyId) || payment.partnerType !== 'customer') continue;
    const amount = decimalText(decimal(payment.amount));
    yield row('public.payments', payment.id, {
      name: payment.name,
      direction: payment.paymentType,
      state: STATES[payment.state],
      source_status: payment.state,
      payment_date: payment.date,
      currency_source: 'CLP',
      amount_source: amount,
      amount_company: amount,
      currency_company: 'CLP',
      journal: journals.get(payment.journalId)!,
      // The words around it stay in Odoo.
      reference: payment.memo
        .split(/[\s,]+/)
        .filter((word) => /\d/.test(word))
        .join(' '),
      matched: String(payment.state === 'paid'),
      customer_id: String(payment.partnerId),
      company: String(payment.companyId),
    });
  }
  const lines = new Map(database.invoiceLines.map((line) => [line.id, line]));
  for (const partial of database.partials) {
    if (!companies.includes(partial.companyId)) continue;
    yield row('public.payment_allocations', partial.id, {
      payment_id: String(lines.get(partial.creditMoveId)!.paymentId),
      invoice_id: String(lines.get(partial.debitMoveId)!.moveId),
      allocated_on: partial.maxDate,
      amount_company: decimalText(decimal(partial.amount)),
      currency_company: 'CLP',
    });
  }
}
