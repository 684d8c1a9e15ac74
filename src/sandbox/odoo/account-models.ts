import type { OdooInvoice, OdooInvoiceLine } from '../world/odoo-account-model.ts';
import { defineModel, field, many2one, stamps, type Row } from './model.ts';

/** Document types of the Chilean localisation, as far as the world issues them. */
const DOCUMENT_TYPES = [
  { id: 5, code: '33', name: 'Factura Electrónica' },
  { id: 6, code: '34', name: 'Factura no Afecta o Exenta Electrónica' },
  { id: 9, code: '39', name: 'Boleta Electrónica' },
  { id: 10, code: '41', name: 'Boleta no Afecta o Exenta Electrónica' },
  { id: 14, code: '56', name: 'Nota de Débito Electrónica' },
  { id: 15, code: '61', name: 'Nota de Crédito Electrónica' },
] as const;
const typeId = (code: OdooInvoice['documentCode']): number | null => DOCUMENT_TYPES.find((type) => type.code === code)?.id ?? null;

const REASONS = { '1': 'Anula documento', '2': 'Corrige texto', '3': 'Corrige montos' } as const;

export const accountModels = [
  defineModel<OdooInvoice>({
    name: 'account.move',
    rows: (db) => db.invoices,
    rule: 'own',
    order: 'invoice_date desc, name desc, id desc',
    displayName: (m) => m.name,
    fields: () => ({
      name: field('char', (m) => m.name),
      move_type: field('selection', (m) => m.moveType, {
        selection: ['entry', 'out_invoice', 'out_refund', 'in_invoice', 'in_refund', 'out_receipt', 'in_receipt'],
      }),
      state: field('selection', (m) => m.state, { selection: ['draft', 'posted', 'cancel'] }),
      payment_state: field('selection', (m) => m.paymentState, {
        selection: ['not_paid', 'in_payment', 'paid', 'partial', 'reversed', 'blocked', 'invoicing_legacy'],
      }),
      invoice_date: field('date', (m) => m.invoiceDate),
      partner_id: many2one('res.partner', (m) => m.partnerId),
      company_id: many2one('res.company', (m) => m.companyId),
      currency_id: many2one('res.currency', (m) => m.currencyId),
      amount_untaxed: field('monetary', (m) => Number(m.amountUntaxed)),
      amount_tax: field('monetary', (m) => Number(m.amountTax)),
      amount_total: field('monetary', (m) => Number(m.amountTotal)),
      amount_total_signed: field('monetary', (m) => Number(m.amountTotalSigned)),
      reversed_entry_id: many2one('account.move', (m) => m.reversedEntryId),
      debit_origin_id: many2one('account.move', (m) => m.debitOriginId),
      pos_order_ids: field('one2many', (m) => (m.posOrderId === null ? [] : [m.posOrderId]), { relation: 'pos.order' }),
      l10n_latam_document_type_id: many2one('l10n_latam.document.type', (m) => typeId(m.documentCode)),
      l10n_latam_document_number: field('char', (m) => (m.folio === null ? null : String(m.folio).padStart(6, '0'))),
      l10n_cl_dte_status: field('selection', (m) => m.siiState, {
        selection: ['not_sent', 'ask_for_status', 'accepted', 'objected', 'rejected', 'cancelled', 'manual'],
      }),
      ...stamps<OdooInvoice>(),
    }),
  }),
  defineModel<OdooInvoiceLine>({
    name: 'account.move.line',
    rows: (db) => db.invoiceLines,
    rule: 'own',
    displayName: (l) => l.name,
    fields: () => ({
      move_id: many2one('account.move', (l) => l.moveId),
      company_id: many2one('res.company', (l) => l.companyId),
      display_type: field('selection', (l) => l.displayType, {
        selection: ['product', 'cogs', 'tax', 'discount', 'rounding', 'payment_term', 'line_section', 'line_note', 'epd'],
      }),
      name: field('char', (l) => l.name),
      product_id: many2one('product.product', (l) => l.productId),
      quantity: field('float', (l) => l.quantity),
      price_unit: field('float', (l) => Number(l.priceUnit)),
      discount: field('float', (l) => Number(l.discount)),
      price_subtotal: field('monetary', (l) => Number(l.priceSubtotal)),
      price_total: field('monetary', (l) => Number(l.priceTotal)),
      amount_currency: field('monetary', (l) => Number(l.amountCurrency)),
      tax_ids: field('many2many', (l) => l.taxIds, { relation: 'account.tax' }),
      tax_line_id: many2one('account.tax', (l) => l.taxLineId),
      payment_id: many2one('account.payment', (l) => l.paymentId ?? null),
      sale_line_ids: field('many2many', (l) => l.saleLineIds, { relation: 'sale.order.line' }),
      ...stamps<OdooInvoiceLine>(),
    }),
  }),
  defineModel<Row & { readonly code: string; readonly name: string }>({
    name: 'l10n_latam.document.type',
    rows: () => DOCUMENT_TYPES,
    displayName: (t) => `(${t.code}) ${t.name}`,
    fields: () => ({ name: field('char', (t) => t.name), code: field('char', (t) => t.code), active: field('boolean', () => true) }),
  }),
  // Brought by the app for electronic documents: what each document cites, and why.
  defineModel<OdooInvoice>({
    name: 'l10n_cl.account.invoice.reference',
    rows: (db) => db.invoices.filter((invoice) => invoice.referenceCode !== null),
    fields: () => ({
      move_id: many2one('account.move', (m) => m.id),
      l10n_cl_reference_doc_type_id: many2one('l10n_latam.document.type', (m, db) => {
        const cited = db.invoices.find(({ id }) => id === m.reversedEntryId);
        return cited === undefined ? null : typeId(cited.documentCode);
      }),
      origin_doc_number: field('char', (m, db) => {
        const cited = db.invoices.find(({ id }) => id === m.reversedEntryId);
        return cited?.folio === undefined || cited.folio === null ? null : String(cited.folio);
      }),
      reference_doc_code: field('selection', (m) => m.referenceCode, { selection: ['1', '2', '3'] }),
      reason: field('char', (m) => (m.referenceCode === null ? null : REASONS[m.referenceCode])),
      date: field('date', (m) => m.invoiceDate),
    }),
  }),
];
