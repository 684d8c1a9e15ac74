import type { OdooPosLine, OdooPosOrder } from '../world/odoo-account-model.ts';
import { taxId } from '../world/odoo-book.ts';
import { defineModel, field, many2one, stamps } from './model.ts';

export const posModels = [
  defineModel<OdooPosOrder>({
    name: 'pos.order',
    rows: (db) => db.posOrders,
    rule: 'own',
    order: 'date_order desc, name desc, id desc',
    displayName: (o) => o.name,
    fields: (version) => ({
      name: field('char', (o) => o.name),
      state: field('selection', (o) => (version === '16.0' || o.state !== 'invoiced' ? o.state : 'done'), {
        // \`invoiced\` went with 19.
        selection: version === '16.0' ? ['draft', 'cancel', 'paid', 'done', 'invoiced'] : ['draft', 'cancel', 'paid', 'done'],
      }),
      date_order: field('datetime', (o) => o.dateOrder),
      partner_id: many2one('res.partner', (o) => o.partnerId),
      company_id: many2one('res.company', (o) => o.companyId),
      currency_id: many2one('res.currency', (o) => o.currencyId),
      amount_total: field('float', (o) => Number(o.amountTotal)),
      amount_tax: field('float', (o) => Number(o.amountTax)),
      account_move: many2one('account.move', (o, db) => db.invoices.find(({ posOrderId }) => posOrderId === o.id)?.id ?? null),
      ...stamps<OdooPosOrder>(),
    }),
  }),
  defineModel<OdooPosLine>({
    name: 'pos.order.line',
    rows: (db) => db.posLines,
    rule: 'own',
    displayName: (l) => l.name,
    fields: () => ({
      order_id: many2one('pos.order', (l) => l.orderId),
      company_id: many2one('res.company', (l) => l.companyId),
      product_id: many2one('product.product', (l) => l.productId),
      full_product_name: field('char', (l) => l.name),
      qty: field('float', (l) => l.quantity),
      price_unit: field('float', (l) => Number(l.priceUnit)),
      discount: field('float', (l) => Number(l.discount)),
      price_subtotal: field('monetary', (l) => Number(l.priceSubtotal)),
      price_subtotal_incl: field('monetary', (l) => Number(l.priceSubtotalIncl)),
      tax_ids: field('many2many', (l) => [taxId('iva', l.companyId)], { relation: 'account.tax' }),
      sale_order_origin_id: many2one('sale.order', (l) => l.saleOrderId),
      refunded_orderline_id: many2one('pos.order.line', (l) => l.refundedLineId),
      ...stamps<OdooPosLine>(),
    }),
  }),
];
