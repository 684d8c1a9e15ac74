import type { OdooOrder, OdooOrderLine } from '../world/odoo-model.ts';
import { defineModel, field, many2one, stamps, type Fields } from './model.ts';

const order: Fields<OdooOrder> = {
  name: field('char', (o) => o.name),
  partner_id: many2one('res.partner', (o) => o.partnerId),
  company_id: many2one('res.company', (o) => o.companyId),
  currency_id: many2one('res.currency', (o) => o.currencyId),
  date_order: field('datetime', (o) => o.dateOrder),
  client_order_ref: field('char', (o) => o.clientOrderRef),
  origin: field('char', (o) => o.origin),
  shopify_order_id: field('char', (o) => o.shopifyOrderId),
  website_id: many2one('website', (o) => o.websiteId),
  team_id: many2one('crm.team', (o) => o.teamId),
  amount_untaxed: field('monetary', (o) => Number(o.amountUntaxed)),
  amount_tax: field('monetary', (o) => Number(o.amountTax)),
  amount_total: field('monetary', (o) => Number(o.amountTotal)),
  invoice_status: field('selection', (o) => o.invoiceStatus, { selection: ['upselling', 'invoiced', 'to invoice', 'no'] }),
  ...stamps<OdooOrder>(),
};

/** The reward and program that gift-card lines hang on (loyalty.reward, loyalty.program). */
export const GIFT_CARD_ID = 1;

const line: Fields<OdooOrderLine> = {
  name: field('text', (l) => l.name),
  order_id: many2one('sale.order', (l) => l.orderId),
  company_id: many2one('res.company', (l) => l.companyId),
  currency_id: many2one('res.currency', (l) => l.currencyId),
  sequence: field('integer', (l) => l.sequence),
  product_id: many2one('product.product', (l) => l.productId),
  display_type: field('selection', (l) => l.displayType, { selection: ['line_section', 'line_note'] }),
  is_delivery: field('boolean', (l) => l.isDelivery),
  is_downpayment: field('boolean', (l) => l.isDownpayment),
  is_expense: field('boolean', () => false),
  is_reward_line: field('boolean', (l) => l.isGiftCardPayment),
  reward_id: many2one('loyalty.reward', (l) => (l.isGiftCardPayment ? GIFT_CARD_ID : null)),
  product_uom_qty: field('float', (l) => l.quantity),
  price_unit: field('float', (l) => Number(l.priceUnit)),
  discount: field('float', (l) => Number(l.discount)),
  price_subtotal: field('monetary', (l) => Number(l.priceSubtotal)),
  price_tax: field('float', (l) => Number(l.priceTax)),
  price_total: field('monetary', (l) => Number(l.priceTotal)),
  ...stamps<OdooOrderLine>(),
};

const uom = many2one<OdooOrderLine>('uom.uom', (l) => l.unitId);
const taxes = field<OdooOrderLine>('many2many', (l) => l.taxIds, { relation: 'account.tax' });

export const saleModels = [
  defineModel<OdooOrder>({
    name: 'sale.order',
    rows: (db) => db.orders,
    rule: 'own',
    order: 'date_order desc, id desc',
    displayName: (o) => o.name,
    fields: (version) => ({
      ...order,
      ...(version === '16.0'
        ? {
            state: field<OdooOrder>('selection', (o) => o.state, { selection: ['draft', 'sent', 'sale', 'done', 'cancel'] }),
            // `started` came after 16.
            delivery_status: field<OdooOrder>('selection', (o) => (o.deliveryStatus === 'started' ? 'pending' : o.deliveryStatus), {
              selection: ['pending', 'partial', 'full'],
            }),
          }
        : {
            // `done` became the flag `locked`.
            state: field<OdooOrder>('selection', (o) => (o.state === 'done' ? 'sale' : o.state), {
              selection: ['draft', 'sent', 'sale', 'cancel'],
            }),
            locked: field<OdooOrder>('boolean', (o) => o.locked || o.state === 'done'),
            delivery_status: field<OdooOrder>('selection', (o) => o.deliveryStatus, {
              selection: ['pending', 'started', 'partial', 'full'],
            }),
          }),
    }),
  }),
  defineModel<OdooOrderLine>({
    name: 'sale.order.line',
    rows: (db) => db.orderLines,
    rule: 'own',
    displayName: (l) => l.name,
    fields: (version) => ({
      ...line,
      ...(version === '16.0' ? { product_uom: uom, tax_id: taxes } : { product_uom_id: uom, tax_ids: taxes }),
    }),
  }),
];
