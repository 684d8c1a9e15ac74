import type { OdooLocation, OdooProduct, OdooQuant } from '../world/odoo-model.ts';
import { defineModel, field, many2one, stamps } from './model.ts';

export const stockModels = [
  defineModel<OdooProduct>({
    name: 'product.product',
    rows: (db) => db.products,
    rule: 'shared',
    displayName: (p) => (p.defaultCode === null ? p.name : `[${p.defaultCode}] ${p.name}`),
    fields: (version) => ({
      name: field('char', (p) => p.name),
      default_code: field('char', (p) => p.defaultCode),
      barcode: field('char', (p) => p.barcode),
      list_price: field('float', (p) => Number(p.listPrice)),
      lst_price: field('float', (p) => Number(p.listPrice)),
      uom_id: many2one('uom.uom', (p) => p.unitId),
      product_tmpl_id: many2one('product.template', (p) => p.templateId),
      active: field('boolean', (p) => p.active),
      company_id: many2one('res.company', (p) => p.companyId),
      ...stamps<OdooProduct>(),
      ...(version === '16.0'
        ? {
            type: field<OdooProduct>('selection', (p) => (p.isStorable ? 'product' : p.type === 'combo' ? 'consu' : p.type), {
              selection: ['consu', 'service', 'product'],
            }),
          }
        : {
            type: field<OdooProduct>('selection', (p) => p.type, { selection: ['consu', 'service', 'combo'] }),
            is_storable: field<OdooProduct>('boolean', (p) => p.isStorable),
          }),
    }),
  }),
  defineModel<OdooLocation>({
    name: 'stock.location',
    rows: (db) => db.locations,
    rule: 'shared',
    displayName: (l) => l.completeName,
    fields: () => ({
      name: field('char', (l) => l.name),
      complete_name: field('char', (l) => l.completeName),
      usage: field('selection', (l) => l.usage, { selection: ['supplier', 'view', 'internal', 'customer', 'inventory', 'transit'] }),
      active: field('boolean', (l) => l.active),
      company_id: many2one('res.company', (l) => l.companyId),
      ...stamps<OdooLocation>(),
    }),
  }),
  defineModel<OdooQuant>({
    name: 'stock.quant',
    rows: (db) => db.quants,
    rule: 'shared',
    fields: () => ({
      product_id: many2one('product.product', (q) => q.productId),
      location_id: many2one('stock.location', (q) => q.locationId),
      owner_id: many2one('res.partner', (q) => q.ownerId),
      company_id: many2one('res.company', (q) => q.companyId),
      quantity: field('float', (q) => q.quantity),
      reserved_quantity: field('float', (q) => q.reservedQuantity),
      ...stamps<OdooQuant>(),
    }),
  }),
];
