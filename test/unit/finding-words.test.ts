import { describe, expect, test } from 'vitest';
import { explainFinding } from '../../src/reconcile/explain-finding.ts';
import { CLASSES, type FindingClass } from '../../src/reconcile/finding-classes.ts';
import { warningText } from '../../src/reconcile/warning-text.ts';

const words = (one: FindingClass, data: Record<string, unknown>, value: string | null = null) =>
  explainFinding({ class: one, data, shopName: '#1001', erpName: 'S00021', value, explanation: null });

/** Words of the sources and of English that finance must not meet. */
const FOREIGN =
  /\b(open|completed|cancelled|refunded|quotation|paid|unpaid|not_paid|partial|in_payment|rejected|not_sent|test|zero_value)\b/;

describe('a finding in Spanish', () => {
  const data = {
    shop_status: 'completed',
    erp_status: 'cancelled',
    shop: 'paid',
    erp: 'not_paid',
    sii: 'rejected',
    document: 'BEL 1',
    reason: 'young',
  };

  test.each(CLASSES)('%s says nothing in the words of a source', (one) => {
    expect(words(one, data).es).not.toMatch(FOREIGN);
  });

  test('names both sides by what finance calls their states', () => {
    expect(words('status', data)).toEqual({
      es: 'Vigente en un solo lado: tienda completado, Odoo S00021 anulado',
      en: 'Stands on one side only: shop completed, Odoo S00021 cancelled',
    });
    expect(words('payment', data).es).toBe('Pago: tienda pagado, Odoo sin pagar');
    expect(words('payment', { shop: 'brand_new', erp: 'not_paid' }).es).toContain('brand_new');
  });

  test('writes amounts as in Chile, and other numbers as they are', () => {
    expect(words('amount', { shop_total: 1234567, erp_total: '65.99', currency: 'CLP', other_currency: 'USD' }).es).toBe(
      'Tienda 1.234.567, Odoo 65,99 (CLP y USD)',
    );
    expect(words('refund_after_6_months', { days_since_document: 1184 }).es).toContain('A 1184 días');
    expect(words('folio_duplicate', { document: 'BEL 1', folio: '101346', other: 'BEL 2' }).es).toContain('folio 101346');
  });
});

test('a warning speaks one language at a time', () => {
  const warning = { code: 'stale', source: 'odoo', stream: 'invoices', message: 'Al día solo hasta 2026-11-26 10:00' } as const;
  expect(warningText(warning)).toEqual({
    es: 'Documentos emitidos (Odoo): Al día solo hasta 2026-11-26 10:00',
    en: 'odoo invoices: its data are behind: nothing is called missing there',
  });
  expect(warningText({ code: 'without_rate', source: null, message: '3 ventas' }).es).toBe('3 ventas');
});
