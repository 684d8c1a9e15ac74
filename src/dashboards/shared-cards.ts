import { column } from './column.ts';

const { text, integer, decimal, money, percent, duration, date, instant } = column;

/** The four words for sales, and what goes with them. */
export const salesWords = {
  gross_sales: money('Venta bruta'),
  refunds: money('Devoluciones'),
  sales_after_refunds: money('Venta después de devoluciones'),
  net_sales_untaxed: money('Venta neta (sin IVA)'),
  orders: integer('Pedidos'),
  average_order: money('Venta promedio por pedido'),
} as const;
const { net_sales_untaxed: _, ...rollingWords } = salesWords;

export const productColumns = {
  position: integer('Lugar'),
  product_name: text('Producto'),
  sku: text('SKU'),
  units: decimal('Unidades'),
  amount: money('Monto'),
} as const;

/** Cards of several dashboards, without their place. Those of folder `shared` have one statement for all of them. */
export const sharedCards = {
  asOf: {
    title: 'Datos completos hasta',
    about: 'Hasta cuándo están completas todas las cifras de esta página, y qué flujo las retiene.',
    display: 'scalar',
    columns: {
      as_of: instant('Completo hasta'),
      state: text('Estado'),
      held_back_by: text('Flujo que lo retiene'),
      records_refused: integer('Registros rechazados'),
    },
  },
  // One card for all dashboards, whatever their subject: what a page itself rests on, its as-of card says.
  freshness: {
    folder: 'shared',
    title: 'Frescura de los datos',
    about: 'Hasta cuándo se ha leído cada flujo, qué tan atrasado está y qué se sabe que falta.',
    display: 'table',
    columns: {
      source: text('Origen'),
      stream: text('Flujo'),
      covered_until: instant('Completo hasta'),
      lag_seconds: duration('Atraso'),
      state: text('Estado'),
      problem: text('Problema'),
      known_gaps: text('Lo que el origen no entrega'),
      quarantine_open: integer('Registros rechazados'),
    },
  },
  coverage: {
    folder: 'shared',
    title: 'Días con datos completos',
    about: 'Qué días locales cubren por completo los datos; fuera de ellos no hay cifra. Sin primer día: todo lo que tiene el origen.',
    display: 'table',
    columns: { subject: text('Materia'), first_day: date('Primer día'), last_day: date('Último día') },
  },
  salesPeriod: {
    folder: 'shared',
    title: 'Venta bruta del período (cerrado)',
    about: 'Suma de las ventas con impuestos, antes de devoluciones, de los días locales completos del período.',
    display: 'scalar',
    columns: {
      ...salesWords,
      unpaid_sales: money('De ella, por cobrar'),
      unpaid_orders: integer('Pedidos por cobrar'),
      coverage: percent('Parte del período con datos'),
    },
  },
  sales30Days: {
    folder: 'shared',
    title: 'Venta bruta, últimos 30 días (móvil)',
    about: 'Ventas de los últimos 30 días corridos hasta este momento, con impuestos, antes de devoluciones.',
    display: 'scalar',
    columns: { ...rollingWords, orders_without_rate: integer('Sin tipo de cambio'), coverage: percent('Parte de la ventana con datos') },
  },
  salesToday: {
    folder: 'shared',
    title: 'Venta de hoy (parcial)',
    about: 'Lo leído hasta ahora del día en curso; hoy no está en ningún período cerrado.',
    display: 'scalar',
    columns: {
      gross_sales: money('Venta bruta'),
      orders: integer('Pedidos'),
      as_of: instant('Hasta'),
      day_share: percent('Parte del día'),
    },
  },
  periods: {
    folder: 'shared',
    title: 'Ventas por período (cerrado)',
    about: 'Las cuatro palabras de la venta en los períodos de siempre, hasta ayer.',
    display: 'table',
    columns: { period: text('Período'), first_day: date('Desde'), last_day: date('Hasta'), ...salesWords },
  },
  returningCustomers: {
    folder: 'shared',
    title: 'Clientes recurrentes del período (cerrado)',
    about: 'De los compradores identificados del período, cuántos habían comprado antes; tasa = recurrentes / compradores.',
    display: 'scalar',
    columns: {
      repeat_rate: percent('Tasa de recompra'),
      returning_buyers: integer('Recurrentes'),
      new_buyers: integer('Nuevos'),
      buyers: integer('Compradores'),
      orders_without_identity: integer('Pedidos sin identidad'),
      coverage: percent('Parte del período con datos'),
    },
  },
  abandonedCarts: {
    folder: 'shared',
    title: 'Carritos abandonados del período (cerrado)',
    about: 'Carritos con contacto y sin pedido a tiempo, y qué pasó con ellos; tasa = abandonados / (abandonados + pedidos web).',
    display: 'scalar',
    columns: {
      abandoned: integer('Abandonados'),
      abandonment_rate: percent('Tasa de abandono'),
      recovered: integer('Recuperados'),
      bought_otherwise: integer('Comprados por otra vía'),
      lost: integer('Perdidos'),
      amount_abandoned: money('Valor abandonado'),
      amount_recovered: money('Valor recuperado'),
      amount_lost: money('Valor perdido'),
      coverage: percent('Parte del período con datos'),
    },
  },
  ticketsByChannel: {
    title: 'Tickets por canal y estado, últimos 7 días (móvil)',
    about: 'Conversaciones iniciadas en los últimos 7 días corridos, y todas las guardadas, por su estado de ahora.',
    display: 'table',
    columns: { channel: text('Canal'), status: text('Estado'), last_7_days: integer('Últimos 7 días'), total: integer('Todas') },
  },
  automationsActive: {
    folder: 'shared',
    title: 'Automatizaciones activas (ahora)',
    about: 'Activas y no archivadas ahora; al lado, las que corrieron en los últimos 30 días corridos.',
    display: 'scalar',
    columns: {
      active: integer('Activas'),
      ran_30_days: integer('Corrieron en 30 días'),
      active_idle: integer('Activas sin correr'),
      total: integer('Todas'),
      as_of: instant('A la hora'),
    },
  },
  workflows30Days: {
    folder: 'shared',
    title: 'Automatizaciones, últimos 30 días (móvil)',
    about: 'Las diez con más ejecuciones de los últimos 30 días corridos; las de igual nombre son una fila.',
    display: 'table',
    columns: {
      workflow_name: text('Automatización'),
      executions: integer('Ejecuciones'),
      avg_duration_ms: decimal('Duración promedio (ms)'),
      errors: integer('Con error'),
      crashed: integer('Caídas'),
      success_rate: percent('Tasa de éxito'),
    },
  },
} as const;
