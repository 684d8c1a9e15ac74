import { decimal, decimalText, portion } from './decimal.ts';
import { total } from './document.ts';
import type { ExpectedRow, WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { OdooInvoiceLine } from './odoo-account-model.ts';
import { inBooks, issuedDocuments, type IssuedDocument } from './odoo-documents-issued.ts';
import { rutDigit } from './rut.ts';

/** Rows of invoices, credit notes and their lines of one tenant. */
export function* expectedDocuments(tenant: WorldTenant, database: OdooDatabase): Generator<ExpectedRow> {
  const row = (table: string, sourceId: number, values: ExpectedRow['values']): ExpectedRow => ({
    rut: tenant.rut,
    table,
    sourceId: String(sourceId),
    values,
  });
  const vats = new Map(database.partners.map((partner) => [partner.id, partner.vat]));
  for (const document of issuedDocuments(database, tenant)) {
    yield row('public.invoices', document.invoice.id, invoiceValues(document, database, vats.get(document.invoice.partnerId) ?? null));
    for (const { line, order, amount, tax } of document.lines) {
      const own = order === `invoice:${document.invoice.id}` ? `invoice-line:${line.id}` : null;
      yield row('public.invoice_lines', line.id, {
        invoice_id: String(document.invoice.id),
        order_id: order,
        order_line_id: own ?? (line.saleLineIds[0] === undefined ? null : String(line.saleLineIds[0])),
        product_id: line.productId === null ? null : String(line.productId),
        quantity: decimalText(decimal(String(line.quantity))),
        amount_source: decimalText(amount),
        amount_untaxed_source: decimalText(amount - tax),
        amount_tax_source: decimalText(tax),
        currency_source: document.currency,
      });
    }
  }
}

function invoiceValues(
  { invoice, credit, currency, intercompany, lines, booked }: IssuedDocument,
  database: OdooDatabase,
  vat: string | null,
) {
  const stated = (text: string) => decimalText(decimal(text));
  const untaxed = decimal(invoice.amountUntaxed);
  const tax = decimal(invoice.amountTax);
  const isIva = (id: number | null): boolean => database.measures.taxes.some((one) => one.id === id && one.siiCode === 14);
  const iva = total(booked, (line) => (isIva(line.taxLineId) ? size(line) : 0n));
  const exempt = total(lines, ({ line }) => (line.taxIds.some(isIva) ? 0n : decimal(line.priceSubtotal)));
  const whole = decimal(invoice.amountTotal);
  const reversed = database.invoices.find(({ id }) => id === invoice.reversedEntryId);
  return {
    name: invoice.name,
    kind: credit ? 'credit_note' : invoice.documentCode === '56' ? 'debit_note' : 'invoice',
    state: invoice.state === 'cancel' ? 'cancelled' : invoice.state,
    payment_state: invoice.paymentState,
    document_type: invoice.documentCode,
    folio: invoice.folio === null ? null : String(invoice.folio),
    invoice_date: invoice.invoiceDate,
    currency_source: currency,
    amount_total_source: stated(invoice.amountTotal),
    amount_untaxed_source: stated(invoice.amountUntaxed),
    amount_tax_source: stated(invoice.amountTax),
    amount_net_source: decimalText(untaxed - exempt),
    amount_exempt_source: decimalText(exempt),
    amount_iva_source: decimalText(iva),
    amount_other_taxes_source: decimalText(tax - iva),
    amount_total_company: stated(invoice.amountTotalSigned),
    currency_company: 'CLP',
    reversed_invoice_id: invoice.reversedEntryId === null ? null : String(invoice.reversedEntryId),
    debited_invoice_id: invoice.debitOriginId === null ? null : String(invoice.debitOriginId),
    reference_type: invoice.referenceCode === null ? null : (reversed?.documentCode ?? null),
    reference_folio: invoice.referenceCode === null || reversed?.folio == null ? null : String(reversed.folio),
    reference_reason: invoice.referenceCode,
    sii_state: invoice.siiState,
    customer_id: String(invoice.partnerId),
    buyer_rut: companyRut(vat),
    company: String(invoice.companyId),
    intercompany: String(intercompany),
    amount_total: currency === 'CLP' ? stated(invoice.amountTotal) : decimalText(inBooks(invoice)),
    amount_untaxed: currency === 'CLP' ? decimalText(untaxed) : decimalText(portion(untaxed, inBooks(invoice), whole, 0)),
  };
}

function size(line: OdooInvoiceLine): bigint {
  const amount = decimal(line.amountCurrency);
  return amount < 0n ? -amount : amount;
}

/** Only companies' are kept: numbers from 50 million on. */
function companyRut(typed: string | null): string | null {
  const characters = (typed ?? '').replace(/[^0-9kK]/g, '').toUpperCase();
  const body = Number(characters.slice(0, -1));
  return body >= 50_000_000 && rutDigit(body) === characters.slice(-1) ? `${body}-${characters.slice(-1)}` : null;
}
