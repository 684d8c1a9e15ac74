import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { period } from './filters.ts';
import { makeCards } from './make-cards.ts';
import { productColumns, sharedCards } from './shared-cards.ts';

const { text, integer, decimal, percent, date, instant } = column;

/** The one page on which a company sees itself: sales, stock, tickets, automations. */
export const tenant: Dashboard = {
  key: 'tenant',
  title: 'Mi empresa',
  description: 'Ventas, inventario, atención y automatizaciones de la empresa en una página.',
  audience: 'tenant',
  filters: period,
  cards: makeCards('tenant', {
    'sales-period': { ...sharedCards.salesPeriod, at: [0, 0, 6, 3] },
    'sales-30-days': { ...sharedCards.sales30Days, at: [0, 6, 6, 3] },
    'sales-today': { ...sharedCards.salesToday, at: [0, 12, 6, 3] },
    'as-of': { ...sharedCards.asOf, at: [0, 18, 6, 3] },
    'sales-by-day': { ...sharedCards.salesByDay, at: [3, 0, 16, 6] },
    'sales-last-month': { ...sharedCards.salesLastMonth, at: [3, 16, 8, 3] },
    'registered-users': {
      title: 'Usuarios registrados (ahora)',
      about: 'Usuarios de la empresa ni vetados ni borrados, según la última lectura completa.',
      display: 'scalar',
      at: [6, 16, 8, 3],
      columns: { registered: integer('Registrados'), active_30_days: integer('Activos en 30 días'), users_as_of: instant('Leídos') },
    },
    periods: { ...sharedCards.periods, at: [9, 0, 24, 6] },
    'top-products': {
      title: 'Productos más vendidos del período (cerrado)',
      about: 'Los diez primeros por monto, después de descuentos y menos lo devuelto en el período.',
      display: 'table',
      at: [15, 0, 24, 7],
      columns: productColumns,
    },
    'returning-customers': { ...sharedCards.returningCustomers, at: [22, 0, 12, 3] },
    'abandoned-carts': { ...sharedCards.abandonedCarts, industries: ['retail', 'restaurants'], at: [22, 12, 12, 3] },
    'tickets-now': { ...sharedCards.ticketsNow, at: [25, 0, 6, 3] },
    'tickets-resolved': {
      title: 'Tickets resueltos del período (cerrado)',
      about: 'Conversaciones cuya última resolución cae en el período y que no se han reabierto.',
      display: 'scalar',
      at: [25, 6, 6, 3],
      columns: { resolved: integer('Resueltos'), estimated_share: percent('Con hora estimada') },
    },
    'whatsapp-conversations': {
      title: 'Conversaciones WhatsApp del período (cerrado)',
      about: 'Conversaciones iniciadas por WhatsApp en los días del período.',
      display: 'scalar',
      at: [25, 12, 6, 3],
      columns: { opened: integer('Iniciadas') },
    },
    'response-time': { ...sharedCards.responseTime, at: [25, 18, 6, 3] },
    'tickets-resolved-by-day': { ...sharedCards.ticketsResolvedByDay, at: [28, 0, 12, 5] },
    'whatsapp-by-day': {
      title: 'WhatsApp por día (cerrado)',
      about: 'Conversaciones iniciadas y mensajes públicos de WhatsApp, por día local.',
      display: 'line',
      at: [28, 12, 12, 5],
      columns: {
        day: date('Día'),
        opened: integer('Conversaciones iniciadas'),
        incoming: integer('Mensajes recibidos'),
        outgoing: integer('Mensajes enviados'),
      },
      axis: { x: 'day', y: ['opened', 'incoming', 'outgoing'] },
    },
    'response-time-by-day': { ...sharedCards.responseTimeByDay, at: [33, 0, 12, 5] },
    'tickets-by-channel': { ...sharedCards.ticketsByChannel, at: [33, 12, 12, 5] },
    'automations-active': { ...sharedCards.automationsActive, at: [38, 0, 6, 3] },
    executions: { ...sharedCards.executions, at: [38, 6, 6, 3] },
    'executions-by-day': { ...sharedCards.executionsByDay, at: [38, 12, 12, 6] },
    errors: {
      title: 'Automatizaciones con más errores (cerrado)',
      about: 'Ejecuciones con error del período, por automatización; las que un reintento resolvió siguen siendo errores.',
      display: 'table',
      at: [44, 0, 12, 6],
      columns: { workflow_name: text('Automatización'), errors: integer('Con error'), resolved: integer('Resueltos por reintento') },
    },
    'workflows-30-days': { ...sharedCards.workflows30Days, at: [44, 12, 12, 6] },
    stock: {
      title: 'Inventario por producto y lugar, lo más escaso primero (ahora)',
      about:
        'Lo que se puede vender, según el origen que habla del inventario; el otro va al lado y nunca se suma. Poco: menos que el umbral.',
      display: 'table',
      at: [57, 0, 12, 7],
      industries: ['retail', 'restaurants'],
      columns: {
        product_name: text('Producto'),
        sku: text('SKU'),
        state: text('Estado'),
        available_product: decimal('Disponibles en total'),
        location: text('Lugar'),
        available: decimal('Disponibles en el lugar'),
        on_hand: decimal('Presentes'),
        reserved: decimal('Comprometidas'),
        available_other: decimal('Según el otro origen'),
      },
    },
    'stock-by-day': {
      title: 'Inventario por día (cerrado)',
      about: 'Unidades de todos los productos al cierre de cada día local; un día sin foto queda en blanco.',
      display: 'line',
      at: [57, 12, 12, 7],
      industries: ['retail', 'restaurants'],
      columns: { day: date('Día'), available: decimal('Disponibles'), on_hand: decimal('Presentes') },
      axis: { x: 'day', y: ['available', 'on_hand'] },
    },
    freshness: { ...sharedCards.freshness, at: [64, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [64, 16, 8, 6] },
  }),
};
