import { chileanNumber } from '../normalize/chilean-number.ts';
import type { FindingClass } from './finding-classes.ts';
import type { Finding } from './reconciliation.ts';
import { sourceWord } from './source-words.ts';

/** The same in Spanish and English. */
export interface Said {
  readonly es: string;
  readonly en: string;
}

type Explained = Pick<Finding, 'class' | 'data' | 'shopName' | 'erpName' | 'value' | 'explanation'>;

/** Why something cannot be judged yet, or is out of scope. */
const REASONS: Readonly<Record<string, Said>> = {
  young: { es: 'reciente para decir que falta', en: 'too recent to be called missing' },
  stale: { es: 'el otro lado no está al día', en: 'the other side is not current' },
  before_coverage: { es: 'anterior a lo que cubre el otro lado', en: 'older than what the other side covers' },
  before_start: { es: 'anterior al inicio de la conciliación', en: 'before reconciliation starts' },
  pos: { es: 'punto de venta', en: 'point of sale' },
  test: { es: 'pedido de prueba', en: 'test order' },
  zero_value: { es: 'sin valor', en: 'of no value' },
  gift_card_only: { es: 'solo tarjetas de regalo', en: 'gift cards alone' },
  settlement: { es: 'paga un pedido ya contado', en: 'settles an order already counted' },
};

const EXPLAIN: Readonly<Record<FindingClass, (at: (name: string) => string, finding: Explained) => Said>> = {
  duplicate_in_odoo: (at) => ({
    es: `El pedido ya está en Odoo (${at('first')}): este está de más`,
    en: `The order is in Odoo already (${at('first')}): this one is surplus`,
  }),
  duplicate_ref: (at) => ({
    es: `Cita ${at('cites')}, y varias tiendas tienen un pedido así: una persona debe decir cuál`,
    en: `Cites ${at('cites')}, which several shops have: a person must say which`,
  }),
  status: (at, { erpName }) => {
    const [shop, erp] = [sourceWord(at('shop_status')), sourceWord(at('erp_status'))];
    return {
      es: `Vigente en un solo lado: tienda ${shop.es}, Odoo ${erpName ?? ''} ${erp.es}`,
      en: `Stands on one side only: shop ${shop.en}, Odoo ${erpName ?? ''} ${erp.en}`,
    };
  },
  intercompany: () => ({ es: 'En Odoo es una venta entre empresas del grupo', en: 'In Odoo it is a sale between companies of the group' }),
  pending: (at) => ({ es: `Sin documento en Odoo: ${reason(at, 'es')}`, en: `Without a document in Odoo: ${reason(at, 'en')}` }),
  pending_link: (at) => ({
    es: `Cita el pedido web ${at('cites')}, que aún no llega: ${reason(at, 'es')}`,
    en: `Cites web order ${at('cites')}, which is not here yet: ${reason(at, 'en')}`,
  }),
  missing_in_shopify: (at) => ({
    es: `Cita el pedido web ${at('cites')}, que no existe en la tienda`,
    en: `Cites web order ${at('cites')}, which the shop does not have`,
  }),
  missing_in_odoo: () => ({ es: 'Sin documento en Odoo', en: 'Without a document in Odoo' }),
  currency: totals,
  fx: totals,
  gift_card: () => ({
    es: 'Tarjeta de regalo registrada en Odoo como producto o descuento',
    en: 'Gift card booked in Odoo as a product or a discount',
  }),
  shipping: (_, { value }) => ({
    es: value === null ? 'Despacho distinto' : 'Despacho distinto, con igual total',
    en: value === null ? 'Shipping differs' : 'Shipping differs, the total does not',
  }),
  discount: (at) => ({
    es: `Descuento: tienda ${at('shop_discount')}, Odoo ${at('erp_discount')}`,
    en: `Discount: shop ${at('shop_discount')}, Odoo ${at('erp_discount')}`,
  }),
  fee_tip: () => ({ es: 'Propina o recargo distinto', en: 'Tip or fee differs' }),
  tax: (_, { value }) => ({
    es: value === null ? 'Impuesto distinto' : 'Impuesto distinto, con igual total',
    en: value === null ? 'Tax differs' : 'Tax differs, the total does not',
  }),
  rounding: () => ({ es: 'Dentro de la tolerancia', en: 'Within the tolerance' }),
  amount: totals,
  out_of_scope: (at) => ({ es: `Fuera de alcance: ${reason(at, 'es')}`, en: `Out of scope: ${reason(at, 'en')}` }),
  exempt: () => ({ es: 'Exento en un solo lado', en: 'Exempt on one side only' }),
  lines: () => ({ es: 'Igual total, otros productos o cantidades', en: 'Same total, other products or quantities' }),
  refund_missing: (at) => ({
    es: `Devolución del ${at('refunded_on')} sin nota de crédito`,
    en: `Refund of ${at('refunded_on')} without a credit note`,
  }),
  refund_missing_in_shopify: (at) => ({
    es: `Nota de crédito del ${at('credited_on')} sin devolución en la tienda`,
    en: `Credit note of ${at('credited_on')} without a refund in the shop`,
  }),
  refund_amount: (at) =>
    at('reason') === 'more_than_order'
      ? { es: `Se devolvió más que el pedido (${at('order')})`, en: `More was refunded than the order (${at('order')})` }
      : {
          es: `Devolución ${at('refund')}, nota de crédito ${at('credit_note')}`,
          en: `Refund ${at('refund')}, credit note ${at('credit_note')}`,
        },
  refund_not_paid: () => ({ es: 'Devolución que no se pagó completa', en: 'Refund not paid back whole' }),
  refund_after_6_months: (at) => ({
    es: `A ${at('days_since_document')} días del documento: más de 6 meses, no rebaja IVA`,
    en: `${at('days_since_document')} days after the document: over 6 months, VAT is not got back`,
  }),
  cancelled_not_refunded: (at) => ({
    es: `Anulado en la tienda; recibido ${at('received')}, devuelto ${at('paid_back')}`,
    en: `Cancelled in the shop; received ${at('received')}, paid back ${at('paid_back')}`,
  }),
  cancelled_but_invoiced: () => ({ es: 'Anulado en Odoo con documento emitido vigente', en: 'Cancelled in Odoo, its document stands' }),
  not_invoiced: (at) => ({ es: `Entregado y pagado, sin ${at('expected')}`, en: `Delivered and paid, without a ${at('expected')}` }),
  invoice_draft: () => ({ es: 'Su documento sigue en borrador', en: 'Its document is still a draft' }),
  partial_invoice: invoicedPart,
  edited_after_invoice: invoicedPart,
  document_replaced: (at) => ({
    es: `${at('document')} anula un documento que otro reemplazó: no es devolución`,
    en: `${at('document')} voids a document that another replaced: no refund`,
  }),
  document_type: (at) =>
    at('buyer') === 'company'
      ? { es: `${at('document')}: boleta a una empresa`, en: `${at('document')}: a boleta to a company` }
      : { es: `${at('document')}: factura a quien no tiene RUT`, en: `${at('document')}: a factura to a buyer without RUT` },
  buyer_rut_required: (at) => ({
    es: `${at('document')}: desde 135 UF (${at('limit')}) debe llevar el RUT del comprador`,
    en: `${at('document')}: from 135 UF (${at('limit')}) on it must bear the buyer's RUT`,
  }),
  customer_rut: (at) => ({
    es: `El RUT escrito en la tienda (${at('buyer') === 'company' ? 'empresa' : 'persona'}) no es el del cliente en Odoo${at('reason') === 'other' ? '' : at('reason') === 'invalid' ? ', cuyo dígito verificador es erróneo' : ', que no tiene'}`,
    en: `The RUT typed in the shop (a ${at('buyer')}'s) is not that of Odoo's customer${at('reason') === 'other' ? '' : at('reason') === 'invalid' ? ', whose check digit is wrong' : ', who has none'}`,
  }),
  dte_rejected: (at) => {
    const { es, en } = sourceWord(at('sii'));
    return { es: `${at('document')}: SII ${es}`, en: `${at('document')}: SII ${en}` };
  },
  folio_duplicate: (at) => ({
    es: `${at('document')}: folio ${at('folio')} también en ${at('other')}`,
    en: `${at('document')}: folio ${at('folio')} also in ${at('other')}`,
  }),
  payment: (at) => {
    const [shop, erp] = [sourceWord(at('shop')), sourceWord(at('erp'))];
    return { es: `Pago: tienda ${shop.es}, Odoo ${erp.es}`, en: `Payment: shop ${shop.en}, Odoo ${erp.en}` };
  },
  overpaid: received,
  paid_twice: received,
  after_closing: (at) => ({
    es: `${at('month')} está cerrado: ${at('name')} era ${at('closed') || '(nada)'}, es ${at('now') || '(nada)'}`,
    en: `${at('month')} is closed: ${at('name')} was ${at('closed') || '(nothing)'}, is ${at('now') || '(nothing)'}`,
  }),
  date_cutoff: (at) =>
    at('sold_on') === ''
      ? {
          es: `Devuelto el ${at('refunded_on')}, nota de crédito el ${at('credited_on')}`,
          en: `Refunded on ${at('refunded_on')}, credited on ${at('credited_on')}`,
        }
      : {
          es: `Vendido el ${at('sold_on')}, en Odoo el ${at('ordered_on')}, documento del ${at('invoiced_on') || '(ninguno)'}`,
          en: `Sold on ${at('sold_on')}, in Odoo on ${at('ordered_on')}, document of ${at('invoiced_on') || '(none)'}`,
        },
};

/** Parameters that are amounts. */
const AMOUNTS: ReadonlySet<string> = new Set([
  'shop_total',
  'erp_total',
  'shop_discount',
  'erp_discount',
  'order',
  'invoiced',
  'received',
  'due',
  'paid_back',
  'refund',
  'credit_note',
  'limit',
  'closed',
  'now',
]);

/** A finding in words, made of its class and parameters. Amounts are as the documents state them, written as in Chile. */
export function explainFinding(finding: Explained): Said {
  if (finding.explanation !== null) return { es: finding.explanation, en: finding.explanation };
  const at = (name: string): string => {
    const value = finding.data[name];
    if (typeof value !== 'string' && typeof value !== 'number') return '';
    return AMOUNTS.has(name) ? chileanNumber(String(value)) : String(value);
  };
  return EXPLAIN[finding.class](at, finding);
}

function reason(at: (name: string) => string, language: keyof Said): string {
  return REASONS[at('reason')]?.[language] ?? at('reason');
}

function totals(at: (name: string) => string, { data }: Explained): Said {
  const other = at('other_currency') || at('currency');
  const lacks = data['without_rate'] === true;
  return {
    es: `Tienda ${at('shop_total')}, Odoo ${at('erp_total')} (${at('currency')}${other === at('currency') ? '' : ` y ${other}`})${lacks ? '; falta el tipo de cambio' : ''}`,
    en: `Shop ${at('shop_total')}, Odoo ${at('erp_total')} (${at('currency')}${other === at('currency') ? '' : ` and ${other}`})${lacks ? '; the exchange rate is lacking' : ''}`,
  };
}

function invoicedPart(at: (name: string) => string): Said {
  return { es: `Pedido ${at('order')}, facturado ${at('invoiced')}`, en: `Order ${at('order')}, invoiced ${at('invoiced')}` };
}

function received(at: (name: string) => string): Said {
  return { es: `Recibido ${at('received')} por ${at('due')}`, en: `Received ${at('received')} for ${at('due')}` };
}
