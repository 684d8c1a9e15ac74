import type { PeriodEntity } from './closing.ts';
import type { Said } from './explain-finding.ts';

/** What a period consists of, in words. */
export const PERIOD_ENTITY_NAMES: Readonly<Record<PeriodEntity, Said>> = {
  sale: { es: 'Ventas', en: 'Sales' },
  // By their own day, and without those that stand for no sale of the shop: another sum than the bridge's end.
  erp_order: { es: 'Pedidos web en Odoo, por su día', en: 'Web orders in Odoo, by their day' },
  refund: { es: 'Devoluciones', en: 'Refunds' },
  document: { es: 'Documentos', en: 'Documents' },
};
