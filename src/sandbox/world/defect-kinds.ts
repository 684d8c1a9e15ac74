import type { MirrorTwist } from './mirrors.ts';
import type { PaperTwist } from './web-papers.ts';
import type { Random } from './random.ts';
import { IVA } from './tax.ts';
import type { WebSale } from './web-orders.ts';

/** What reconciliation must find, sorted. */
export const DEFECT_CLASSES = [
  'amount',
  'buyer_rut_required',
  'cancelled_but_invoiced',
  'cancelled_not_refunded',
  'currency',
  'customer_rut',
  'date_cutoff',
  'discount',
  'document_replaced',
  'document_type',
  'dte_rejected',
  'duplicate_in_odoo',
  'duplicate_ref',
  'edited_after_invoice',
  'exempt',
  'fee_tip',
  'folio_duplicate',
  'fx',
  'gift_card',
  'intercompany',
  'invoice_draft',
  'lines',
  'missing_in_odoo',
  'missing_in_shopify',
  'not_invoiced',
  'out_of_scope',
  'overpaid',
  'paid_twice',
  'partial_invoice',
  'payment',
  'pending',
  'pending_link',
  'refund_after_6_months',
  'refund_amount',
  'refund_missing',
  'refund_missing_in_shopify',
  'refund_not_paid',
  'rounding',
  'shipping',
  'status',
  'tax',
] as const;
export type DefectClass = (typeof DEFECT_CLASSES)[number];

/** One kind of difference that is put into the ERP's copy of a web order, or into its documents. */
export interface DefectKind {
  /** Null: nothing must be found of it. */
  readonly class: DefectClass | null;
  /** Part of all web orders; at least one in a world that has room for it. */
  readonly share: number;
  /** Which of the orders left it can happen to. */
  readonly fits: (sale: WebSale) => boolean;
  /** Not among the youngest orders: it is found only after some days, or its refund came some weeks later. */
  readonly old?: 'days' | 'weeks';
  /** How the copy differs from an honest one; null: there is none. */
  readonly mirror: ((random: Random) => MirrorTwist) | null;
  /** It is booked in two orders, or in one with the next order that is left. */
  readonly booked?: 'split' | 'merged';
  /** How its documents differ. */
  readonly papers?: PaperTwist;
  /** Without documents: they are no part of the story. */
  readonly undocumented?: true;
}

const plain = ({ scenario }: WebSale): boolean => scenario === 'completed';
/** Nobody said to whom the document is to be made out. */
const anybody = (sale: WebSale): boolean => plain(sale) && sale.order.taxId === null;
const firstGood = ({ order }: WebSale) => order.lines.find((line) => !line.isGiftCard);
const taxed = (sale: WebSale): boolean => plain(sale) && firstGood(sale)?.taxRate === IVA && firstGood(sale)!.discount === 0;
const honest = (): MirrorTwist => ({});
const open = (): MirrorTwist => ({ invoiceStatus: 'to invoice' });
/** Goods and nothing else, so that they can be parted. */
const several = (sale: WebSale): boolean =>
  anybody(sale) && sale.order.lines.length > 1 && sale.order.lines.every(({ discount, isGiftCard }) => discount === 0 && !isGiftCard);
const refunded = ({ scenario }: WebSale): boolean => scenario === 'partly refunded';

/** In the order in which orders are given to them. */
export const DEFECT_KINDS = {
  missing: { class: 'missing_in_odoo', share: 0.006, fits: plain, mirror: null },
  duplicate: { class: 'duplicate_in_odoo', share: 0.005, fits: plain, mirror: honest },
  amount: { class: 'amount', share: 0.006, fits: plain, mirror: (random) => ({ surcharge: random.int(5, 40) * 100 }) },
  currency: { class: 'currency', share: 0.003, fits: plain, mirror: () => ({ currency: 'USD' }) },
  'odoo cancelled': { class: 'status', share: 0.003, fits: plain, mirror: () => ({ state: 'cancel' }), undocumented: true },
  'shop cancelled': {
    class: 'status',
    share: 0.003,
    fits: ({ scenario }) => scenario === 'cancelled unpaid',
    mirror: () => ({ state: 'sale' }),
    undocumented: true,
  },
  shipping: { class: 'shipping', share: 0.004, fits: plain, mirror: (random) => ({ moreShipping: random.int(5, 30) * 100 }) },
  discount: { class: 'discount', share: 0.004, fits: plain, mirror: (random) => ({ moreDiscount: random.int(2, 15) * 100 }) },
  tip: { class: 'fee_tip', share: 0.002, fits: plain, mirror: (random) => ({ moreTip: random.int(1, 6) * 500 }) },
  'card as discount': {
    class: 'gift_card',
    share: 0.003,
    fits: ({ scenario }) => scenario === 'partly paid by gift card',
    mirror: () => ({ cards: 'discount' }),
  },
  'card as goods': {
    class: 'gift_card',
    share: 0.002,
    fits: ({ scenario }) => scenario === 'goods and a gift card',
    mirror: () => ({ cards: 'goods' }),
  },
  untaxed: { class: 'tax', share: 0.003, fits: taxed, mirror: () => ({ firstLine: 'untaxed' }) },
  exempt: { class: 'exempt', share: 0.003, fits: taxed, mirror: () => ({ firstLine: 'exempt' }) },
  split: { class: null, share: 0.004, fits: several, mirror: honest, booked: 'split' },
  'split, one of them dearer': {
    class: 'amount',
    share: 0.002,
    fits: several,
    mirror: (random) => ({ surcharge: random.int(50, 90) }),
    booked: 'split',
  },
  merged: { class: null, share: 0.004, fits: anybody, mirror: honest, booked: 'merged' },
  'merged, one of them dearer': {
    class: 'amount',
    share: 0.002,
    fits: anybody,
    mirror: (random) => ({ surcharge: random.int(5, 40) * 100 }),
    booked: 'merged',
  },
  lines: {
    class: 'lines',
    share: 0.003,
    fits: (sale) => plain(sale) && sale.order.lines.every(({ sku, isGiftCard }) => sku !== null && !isGiftCard),
    mirror: () => ({ firstLine: 'other product' }),
  },
  'to the sister company': {
    class: 'intercompany',
    share: 0.002,
    fits: plain,
    mirror: () => ({ buyer: 'sister company', invoiceStatus: 'to invoice' }),
    undocumented: true,
  },
  'not invoiced': { class: 'not_invoiced', share: 0.006, fits: plain, old: 'days', mirror: open, undocumented: true },
  draft: { class: 'invoice_draft', share: 0.003, fits: plain, old: 'days', mirror: open, papers: 'draft' },
  'in part': {
    class: 'partial_invoice',
    share: 0.003,
    fits: (sale) => plain(sale) && sale.order.lines.length > 1 && firstGood(sale)!.discount === 0,
    old: 'days',
    mirror: open,
    papers: 'first line alone',
  },
  'invoiced before an edit': {
    class: 'edited_after_invoice',
    share: 0.003,
    fits: (sale) => plain(sale) && sale.order.lines.length > 1 && firstGood(sale)!.discount === 0,
    mirror: honest,
    papers: 'first line alone',
  },
  replaced: { class: 'document_replaced', share: 0.004, fits: anybody, mirror: () => ({ buyer: 'business' }), papers: 'replaced' },
  'boleta to a business': { class: 'document_type', share: 0.003, fits: anybody, mirror: () => ({ buyer: 'business' }), papers: 'boleta' },
  'another rut': {
    class: 'customer_rut',
    share: 0.004,
    fits: (sale) => plain(sale) && sale.order.taxId !== null,
    mirror: () => ({ buyer: 'business' }),
  },
  rejected: { class: 'dte_rejected', share: 0.003, fits: plain, mirror: honest, papers: 'rejected' },
  'same folio': { class: 'folio_duplicate', share: 0.002, fits: plain, mirror: honest, papers: 'folio of another' },
  unpaid: { class: 'payment', share: 0.004, fits: plain, old: 'days', mirror: honest, papers: 'not paid' },
  'cancelled after the document': {
    class: 'cancelled_but_invoiced',
    share: 0.003,
    fits: plain,
    mirror: () => ({ state: 'cancel' }),
    papers: 'kept',
  },
  'no credit note': { class: 'refund_missing', share: 0.004, fits: refunded, old: 'weeks', mirror: honest, papers: 'no credit note' },
  'other credit note': { class: 'refund_amount', share: 0.004, fits: refunded, mirror: honest, papers: 'credit note of less' },
  'credit note for nothing': {
    class: 'refund_missing_in_shopify',
    share: 0.004,
    fits: plain,
    mirror: honest,
    papers: 'credit note for nothing',
  },
} as const satisfies Record<string, DefectKind>;

export type Twist = keyof typeof DEFECT_KINDS;

export const defectKind = (twist: Twist): DefectKind => DEFECT_KINDS[twist];
