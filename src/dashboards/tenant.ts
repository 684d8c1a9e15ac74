import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { period } from './filters.ts';
import { makeCards } from './make-cards.ts';
import { productColumns, sharedCards } from './shared-cards.ts';

const { text, integer, decimal, money, percent, duration, date, instant } = column;

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
    'sales-by-day': {
      title: 'Ventas por día (cerrado)',
      about: 'Venta bruta y devoluciones de cada día local; un día sin datos completos queda en blanco.',
      display: 'bar',
      at: [3, 0, 16, 6],
      columns: { day: date('Día'), gross_sales: money('Venta bruta'), refunds: money('Devoluciones'), orders: integer('Pedidos') },
      axis: { x: 'day', y: ['gross_sales', 'refunds'] },
    },
    'sales-last-month': {
      title: 'Venta bruta del último mes (cerrado)',
      about: 'Último mes calendario completo, con impuestos, antes de devoluciones.',
      display: 'scalar',
      at: [3, 16, 8, 3],
      columns: {
        gross_sales: money('Venta bruta'),
        orders: integer('Pedidos'),
        first_day: date('Desde'),
        last_day: date('Hasta'),
        coverage: percent('Parte del mes con datos'),
      },
    },
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
      at: [15, 0, 12, 7],
      columns: productColumns,
    },
    'top-products-30-days': { ...sharedCards.topProducts30Days, at: [15, 12, 12, 7] },
    'tickets-now': {
      title: 'Tickets abiertos (ahora)',
      about: 'Conversaciones abiertas ahora; pendientes = abiertas y pospuestas; con bot, aparte.',
      display: 'scalar',
      at: [22, 0, 6, 3],
      columns: {
        open: integer('Abiertos'),
        pending: integer('Pendientes'),
        with_bot: integer('Con bot'),
        as_of: instant('A la hora'),
      },
    },
    'tickets-resolved': {
      title: 'Tickets resueltos del período (cerrado)',
      about: 'Conversaciones cuya última resolución cae en el período y que no se han reabierto.',
      display: 'scalar',
      at: [22, 6, 6, 3],
      columns: { resolved: integer('Resueltos'), estimated_share: percent('Con hora estimada') },
    },
    'whatsapp-conversations': {
      title: 'Conversaciones WhatsApp del período (cerrado)',
      about: 'Conversaciones iniciadas por WhatsApp en los días del período.',
      display: 'scalar',
      at: [22, 12, 6, 3],
      columns: { opened: integer('Iniciadas') },
    },
    'response-time': {
      title: 'Tiempo promedio de respuesta (cerrado)',
      about: 'Promedio de las esperas que terminó la respuesta pública de una persona en el período, primera respuesta incluida.',
      display: 'scalar',
      at: [22, 18, 6, 3],
      columns: {
        average_seconds: duration('Promedio'),
        median_seconds: duration('Mediana'),
        p90_seconds: duration('Nueve de cada diez'),
        first_response_average_seconds: duration('Primera respuesta'),
        replies: integer('Respuestas'),
        running: integer('Esperas en curso'),
        coverage: percent('Parte del período con datos'),
      },
    },
    'tickets-resolved-by-day': {
      title: 'Tickets resueltos por día (cerrado)',
      about: 'Cada conversación una vez, el día de su última resolución.',
      display: 'bar',
      at: [25, 0, 12, 5],
      columns: { day: date('Día'), resolved: integer('Resueltos') },
      axis: { x: 'day', y: ['resolved'] },
    },
    'whatsapp-by-day': {
      title: 'WhatsApp por día (cerrado)',
      about: 'Conversaciones iniciadas y mensajes públicos de WhatsApp, por día local.',
      display: 'line',
      at: [25, 12, 12, 5],
      columns: {
        day: date('Día'),
        opened: integer('Conversaciones iniciadas'),
        incoming: integer('Mensajes recibidos'),
        outgoing: integer('Mensajes enviados'),
      },
      axis: { x: 'day', y: ['opened', 'incoming', 'outgoing'] },
    },
    'response-time-by-day': {
      title: 'Tiempo de respuesta por día (cerrado)',
      about: 'Promedio y mediana de las esperas que terminaron cada día. Los días no se promedian entre sí.',
      display: 'line',
      at: [30, 0, 12, 5],
      columns: { day: date('Día'), average_seconds: duration('Promedio'), median_seconds: duration('Mediana') },
      axis: { x: 'day', y: ['average_seconds', 'median_seconds'] },
    },
    'tickets-by-channel': { ...sharedCards.ticketsByChannel, at: [30, 12, 12, 5] },
    'workflows-30-days': { ...sharedCards.workflows30Days, at: [41, 12, 12, 6] },
    stock: {
      title: 'Inventario por producto y lugar (ahora)',
      about: 'Lo que se puede vender, según el origen que habla del inventario; el otro va al lado y nunca se suma.',
      display: 'table',
      at: [54, 0, 12, 7],
      industries: ['retail', 'restaurants'],
      columns: {
        product_name: text('Producto'),
        sku: text('SKU'),
        location: text('Lugar'),
        available: decimal('Disponibles'),
        on_hand: decimal('Presentes'),
        reserved: decimal('Comprometidas'),
        available_other: decimal('Según el otro origen'),
      },
    },
    freshness: { ...sharedCards.freshness, at: [61, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [61, 16, 8, 6] },
  }),
};
