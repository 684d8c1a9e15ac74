/**
 * Why documents of the shop and of the books differ, in the order in which a difference is split: a peso is in exactly one class. The SQL of
 * `sql/find-*.sql` says how each is decided. Classes of the second half are flags: they are about no money of the bridge.
 */
export const CLASSES = [
  'duplicate_in_odoo',
  'duplicate_ref',
  'status',
  'intercompany',
  'pending',
  'pending_link',
  'missing_in_shopify',
  'missing_in_odoo',
  'currency',
  'fx',
  'gift_card',
  'shipping',
  'discount',
  'fee_tip',
  'tax',
  'rounding',
  'amount',
  'out_of_scope',
  'exempt',
  'lines',
  'refund_missing',
  'refund_missing_in_shopify',
  'refund_amount',
  'refund_not_paid',
  'refund_after_6_months',
  'cancelled_not_refunded',
  'cancelled_but_invoiced',
  'not_invoiced',
  'invoice_draft',
  'partial_invoice',
  'edited_after_invoice',
  'document_replaced',
  'document_type',
  'buyer_rut_required',
  'customer_rut',
  'dte_rejected',
  'folio_duplicate',
  'payment',
  'overpaid',
  'paid_twice',
  'date_cutoff',
  'after_closing',
] as const;

export type FindingClass = (typeof CLASSES)[number];

/** Classes that are no difference: what cannot be judged yet, what is out of scope, and what rounding explains. */
export const HARMLESS: ReadonlySet<FindingClass> = new Set(['pending', 'pending_link', 'out_of_scope', 'rounding']);
