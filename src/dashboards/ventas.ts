import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { period, salesChannel, salesSource } from './filters.ts';
import { makeCards } from './make-cards.ts';
import { productColumns, salesWords, sharedCards } from './shared-cards.ts';

const { text, integer, decimal, money, percent, date, instant } = column;
const { average_order: _, orders: orderCount, ...amounts } = salesWords;

/** What is sold, to whom, through which channel, and whether the systems agree on it. */
export const ventas: Dashboard = {
  key: 'ventas',
  title: 'Ventas',
  description: 'Ventas por período, canal y producto, y lo que queda fuera de ellas.',
  audience: 'tenant',
  filters: [...period, salesChannel, salesSource],
  cards: makeCards('ventas', {
    'sales-period': { ...sharedCards.salesPeriod, at: [0, 0, 6, 3] },
    'sales-30-days': { ...sharedCards.sales30Days, at: [0, 6, 6, 3] },
    'sales-today': { ...sharedCards.salesToday, at: [0, 12, 6, 3] },
    'as-of': { ...sharedCards.asOf, at: [0, 18, 6, 3] },
    'sales-by-day': {
      title: 'Ventas por día (cerrado)',
      about: 'Venta bruta y devoluciones de cada día local; un día sin datos completos queda en blanco.',
      display: 'bar',
      at: [3, 0, 16, 6],
      columns: {
        day: date('Día'),
        gross_sales: money('Venta bruta'),
        refunds: money('Devoluciones'),
        net_sales_untaxed: money('Venta neta (sin IVA)'),
        orders: orderCount,
        average_order: money('Venta promedio por pedido'),
      },
      axis: { x: 'day', y: ['gross_sales', 'refunds'] },
    },
    'sales-last-month': {
      title: 'Venta bruta del último mes (cerrado)',
      about: 'Último mes calendario completo, con impuestos, antes de devoluciones.',
      display: 'scalar',
      at: [3, 16, 8, 6],
      columns: {
        ...amounts,
        orders: orderCount,
        average_order: money('Venta promedio por pedido'),
        first_day: date('Desde'),
        last_day: date('Hasta'),
        coverage: percent('Parte del mes con datos'),
      },
    },
    periods: { ...sharedCards.periods, at: [9, 0, 24, 6] },
    channels: {
      title: 'Ventas por canal (cerrado)',
      about: 'Venta bruta del período por canal: la tienda, el punto de venta, un marketplace, un equipo de ventas.',
      display: 'row',
      at: [15, 0, 8, 7],
      columns: {
        channel: text('Canal'),
        orders: integer('Pedidos'),
        gross_sales: money('Venta bruta'),
        orders_without_rate: integer('Sin tipo de cambio'),
      },
      axis: { x: 'channel', y: ['gross_sales'] },
    },
    'top-products': {
      title: 'Productos más vendidos del período (cerrado)',
      about: 'Los veinte primeros por monto, después de descuentos y menos lo devuelto en el período.',
      display: 'table',
      at: [15, 8, 16, 7],
      columns: { ...productColumns, units_sold: decimal('Vendidas'), units_returned: decimal('Devueltas') },
    },
    'top-products-30-days': { ...sharedCards.topProducts30Days, at: [22, 0, 24, 7] },
    'recent-orders': {
      title: 'Últimas ventas del período',
      about: 'Las cincuenta ventas más recientes de los días del período, cada venta una vez. Se filtran por canal y origen.',
      display: 'table',
      at: [29, 0, 24, 8],
      columns: {
        source_ref: text('Pedido'),
        created_at: instant('Momento'),
        channel: text('Canal'),
        status: text('Estado'),
        payment_state: text('Pago'),
        amount_total: money('Venta bruta'),
        amount_discount: money('Descuento'),
        amount_iva: money('IVA'),
      },
    },
    'left-out': {
      title: 'Documentos que no son venta',
      about: 'Lo que hay en los sistemas y no está en las ventas del período, con su motivo. Los cincuenta más recientes.',
      display: 'table',
      at: [37, 0, 16, 7],
      columns: {
        reason: text('Motivo'),
        source_ref: text('Documento'),
        created_at: instant('Momento'),
        currency_source: text('Moneda'),
        amount_total_source: decimal('Total del documento'),
      },
    },
    apart: {
      title: 'Pedidos contados aparte (cerrado)',
      about: 'Pedidos del período con total cero, de solo tarjetas de regalo, de prueba o entre empresas del grupo: no son ventas.',
      display: 'table',
      at: [37, 16, 8, 7],
      columns: {
        zero_value_orders: integer('Con total cero'),
        gift_card_only_orders: integer('Solo tarjeta de regalo'),
        test_orders: integer('De prueba'),
        intercompany_orders: integer('Entre empresas'),
      },
    },
    'ledger-differences': {
      title: 'Pedidos que no cuadran con su registro',
      about: 'Pedidos de Shopify del período cuyo total no es la suma de sus acuerdos: cuentan igual, conviene revisarlos.',
      display: 'table',
      at: [44, 0, 24, 5],
      columns: {
        source_ref: text('Pedido'),
        business_day: date('Día'),
        currency_source: text('Moneda'),
        amount_total_source: decimal('Total'),
        amount_ledger_source: decimal('Suma de acuerdos'),
        difference: decimal('Diferencia'),
      },
    },
    'shop-erp-sync': {
      title: 'Tienda y Odoo del período (cerrado)',
      about: 'Pedidos de la tienda unidos a un documento vigente de Odoo, los que faltan en un lado y los que difieren, con su monto.',
      display: 'table',
      at: [49, 0, 24, 3],
      columns: {
        linked: integer('Unidos'),
        missing_in_odoo: integer('Faltan en Odoo'),
        missing_in_odoo_amount: money('Monto que falta en Odoo'),
        missing_in_shopify: integer('Faltan en la tienda'),
        missing_in_shopify_amount: money('Monto que falta en la tienda'),
        differing: integer('Difieren'),
        difference: money('Diferencia (Odoo menos tienda)'),
        duplicates: integer('Duplicados en Odoo'),
        pending: integer('Pendientes'),
      },
    },
    'shop-erp-sync-by-day': {
      title: 'Tienda y Odoo por día (cerrado)',
      about: 'Unidos, faltantes y diferencias de cada día local; pendientes: documentos sin pareja de un día aún no cubierto.',
      display: 'bar',
      at: [52, 0, 24, 6],
      columns: {
        day: date('Día'),
        linked: integer('Unidos'),
        missing_in_odoo: integer('Faltan en Odoo'),
        missing_in_shopify: integer('Faltan en la tienda'),
        differing: integer('Difieren'),
        pending: integer('Pendientes'),
      },
      axis: { x: 'day', y: ['missing_in_odoo', 'missing_in_shopify', 'differing', 'pending'], stacked: true },
    },
    freshness: { ...sharedCards.freshness, at: [60, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [60, 16, 8, 6] },
  }),
};
