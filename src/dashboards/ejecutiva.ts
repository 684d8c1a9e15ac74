import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { makeCards } from './make-cards.ts';

const { text, integer, decimal, money, percent, duration, date, instant } = column;

const company = { company_name: text('Empresa'), rut: text('RUT') } as const;

/** All companies, for the people who run the platform. */
export const ejecutiva: Dashboard = {
  key: 'ejecutiva',
  title: 'Vista Ejecutiva',
  description: 'Todas las empresas de la plataforma. Solo se suman montos en la moneda de la plataforma.',
  audience: 'analyst',
  filters: [],
  cards: makeCards('ejecutiva', {
    'tenants-active': {
      title: 'Tenants activos (móvil)',
      about: 'Empresas activas con al menos una venta, conversación o ejecución en los últimos 30 días locales, hoy incluido.',
      display: 'scalar',
      at: [0, 0, 4, 4],
      columns: { tenants_active: integer('Activos'), tenants_total: integer('Todos') },
    },
    'users-registered': {
      title: 'Usuarios registrados (ahora)',
      about: 'Usuarios ni vetados ni borrados, cada uno una vez aunque sea de varias empresas.',
      display: 'scalar',
      at: [0, 4, 4, 4],
      columns: { users_registered: integer('Registrados'), users_as_of: instant('Leídos') },
    },
    sales: {
      title: 'Ventas consolidadas del último mes (cerrado)',
      about: 'Venta bruta del último mes completo de cada empresa en su zona, en la moneda de la plataforma; al lado, lo que queda fuera.',
      display: 'scalar',
      at: [0, 8, 4, 4],
      columns: {
        sales_amount: money('Ventas'),
        platform_currency: text('Moneda'),
        sales_tenants_without_data: integer('Empresas sin dato'),
        sales_note: text('Queda fuera'),
      },
    },
    'tickets-open': {
      title: 'Tickets abiertos (ahora)',
      about: 'Conversaciones abiertas ahora, de todas las empresas.',
      display: 'scalar',
      at: [0, 12, 4, 4],
      columns: { tickets_open: integer('Abiertos'), tickets_tenants_without_data: integer('Empresas sin dato') },
    },
    'workflows-executed': {
      title: 'Workflows ejecutados, 30 días (cerrado)',
      about: 'Ejecuciones de producción de 30 días locales completos, de todas las empresas.',
      display: 'scalar',
      at: [0, 16, 4, 4],
      columns: { workflows_executed: integer('Ejecutados'), workflows_tenants_without_data: integer('Empresas sin dato') },
    },
    'as-of': {
      title: 'Datos completos hasta',
      about: 'La empresa más atrasada de las que han terminado su primera lectura.',
      display: 'scalar',
      at: [0, 20, 4, 4],
      columns: {
        as_of: instant('Completo hasta'),
        tenants_loading: integer('Empresas en su primera lectura'),
        tenants_stale: integer('Empresas atrasadas'),
        tenants: integer('Empresas con datos'),
        records_refused: integer('Registros rechazados'),
      },
    },
    'sales-by-tenant': {
      title: 'Ventas consolidadas por empresa, último mes (cerrado)',
      about: 'Venta bruta del último mes de cada empresa, en la moneda de la plataforma y en la suya, y por qué falta un monto.',
      display: 'table',
      at: [4, 0, 24, 7],
      columns: {
        ...company,
        month: date('Mes'),
        amount_platform: money('En la moneda de la plataforma'),
        platform_currency: text('Moneda de la plataforma'),
        amount_total: decimal('En su moneda'),
        currency: text('Su moneda'),
        orders: integer('Pedidos'),
        missing_because: text('Falta porque'),
      },
    },
    'revenue-by-tenant': {
      title: 'Revenue por tenant, últimos 30 días (móvil)',
      about: 'Venta bruta de los últimos 30 días corridos de cada empresa activa, en su propia moneda; 0 si no vendió.',
      display: 'table',
      at: [18, 0, 12, 8],
      columns: {
        ...company,
        currency: text('Moneda'),
        total_sales: decimal('Venta bruta'),
        total_orders: integer('Pedidos'),
        orders_without_rate: integer('Sin tipo de cambio'),
        coverage: percent('Parte de la ventana con datos'),
      },
    },
    'last-month-by-tenant': {
      title: 'Ventas del último mes por empresa (cerrado)',
      about: 'Último mes calendario completo de cada empresa, en su zona y su moneda.',
      display: 'table',
      at: [11, 0, 24, 7],
      columns: {
        ...company,
        first_day: date('Mes'),
        currency: text('Moneda'),
        gross_sales: decimal('Venta bruta'),
        refunds: decimal('Devoluciones'),
        net_sales_untaxed: decimal('Venta neta (sin IVA)'),
        orders: integer('Pedidos'),
        coverage: percent('Parte del mes con datos'),
      },
    },
    'tickets-by-tenant': {
      title: 'Tickets abiertos por empresa (ahora)',
      about: 'Conversaciones abiertas, pendientes y con el bot de cada empresa, a la hora de su última lectura.',
      display: 'table',
      at: [18, 12, 12, 8],
      columns: {
        ...company,
        open: integer('Abiertos'),
        pending: integer('Pendientes'),
        with_bot: integer('Con bot'),
        as_of: instant('A la hora'),
      },
    },
    'workflows-by-tenant': {
      title: 'Ejecuciones por empresa, 30 días (cerrado)',
      about: 'Ejecuciones de producción de los últimos 30 días locales completos de cada empresa, y sus automatizaciones activas.',
      display: 'table',
      at: [26, 0, 12, 8],
      columns: {
        ...company,
        executions: integer('Ejecuciones'),
        errors: integer('Con error'),
        success_rate: percent('Tasa de éxito'),
        active: integer('Automatizaciones activas'),
      },
    },
    'users-by-tenant': {
      title: 'Usuarios por empresa (ahora)',
      about: 'Usuarios registrados de cada empresa; uno de varias empresas cuenta en cada una.',
      display: 'table',
      at: [26, 12, 12, 8],
      columns: {
        ...company,
        registered: integer('Registrados'),
        active_30_days: integer('Activos en 30 días'),
        banned: integer('Vetados'),
      },
    },
    'executions-by-day': {
      title: 'Ejecuciones por día, todas las empresas (cerrado)',
      about: 'Ejecuciones de producción por día local de cada empresa; solo de las empresas con datos de ese día.',
      display: 'bar',
      at: [34, 0, 24, 6],
      columns: {
        day: date('Día'),
        executions: integer('Ejecuciones'),
        errors: integer('Con error'),
        tenants_without_data: integer('Empresas sin dato'),
      },
      axis: { x: 'day', y: ['executions', 'errors'] },
    },
    'stale-streams': {
      title: 'Flujos atrasados o con registros rechazados',
      about: 'Qué flujo de qué empresa necesita atención, el más atrasado primero.',
      display: 'table',
      at: [40, 0, 24, 8],
      columns: {
        ...company,
        source: text('Origen'),
        stream: text('Flujo'),
        covered_until: instant('Completo hasta'),
        lag_seconds: duration('Atraso'),
        state: text('Estado'),
        problem: text('Problema'),
        quarantine_open: integer('Registros rechazados'),
      },
    },
  }),
};
