import type { PeriodEntity } from './closing.ts';
import type { Said } from './explain-finding.ts';

/** What a period consists of, in words. */
export const PERIOD_ENTITY_NAMES: Readonly<Record<PeriodEntity, Said>> = {
  sale: { es: 'Ventas', en: 'Sales' },
  erp_order: { es: 'Pedidos web en Odoo', en: 'Web orders in Odoo' },
  refund: { es: 'Devoluciones', en: 'Refunds' },
  document: { es: 'Documentos', en: 'Documents' },
};
