import type { DocumentLine } from './documents-bridge.ts';
import type { Said } from './explain-finding.ts';

/** How finance calls each line of the bridge from sales to documents. */
export const DOCUMENT_LINE_NAMES: Readonly<Record<DocumentLine, Said>> = {
  not_invoiced: { es: 'Vendido, aún no facturado', en: 'Sold, not yet invoiced' },
  sold_before: { es: 'Facturado ahora, vendido antes', en: 'Invoiced now, sold before' },
  refunded_before_invoice: { es: 'Devuelto antes de facturarse, vendido antes', en: 'Refunded before it was invoiced, sold before' },
  invoiced_ahead: { es: 'Facturado antes de la venta', en: 'Invoiced before the sale' },
  document_replaced: { es: 'Documento anulado para emitir otro', en: 'Document annulled, to be issued again' },
  refund_without_credit_note: { es: 'Devuelto sin nota de crédito', en: 'Refunded without a credit note' },
  credit_note_of_earlier_refund: { es: 'Notas de crédito de devoluciones anteriores', en: 'Credit notes of earlier refunds' },
  credit_note_without_refund: { es: 'Notas de crédito sin devolución', en: 'Credit notes without a refund' },
  without_order: { es: 'Documentos sin venta', en: 'Documents without a sale' },
  intercompany: { es: 'Entre compañías de la empresa', en: 'Between companies of the tenant' },
  gift_card: { es: 'Tarjetas de regalo', en: 'Gift cards' },
  amount: { es: 'Documentos por otro monto que la venta', en: 'Documents of another amount than the sale' },
  fx: { es: 'Tipo de cambio', en: 'Exchange rate' },
  rounding: { es: 'Redondeo', en: 'Rounding' },
};
