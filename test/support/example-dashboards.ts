import type { Card, Dashboard } from '../../src/dashboards/dashboard.ts';

const card = (key: string, sql: string, more: Partial<Card> = {}): Card => ({
  key,
  title: `Tarjeta ${key}`,
  description: `Qué es ${key}.`,
  sql,
  display: 'table',
  at: { row: 0, column: 0, width: 12, height: 4 },
  columns: { company_name: { title: 'Empresa', format: 'text' } },
  ...more,
});

/** Small content for tests of the machinery; the real one is in src/dashboards. */
export const EXAMPLE_DASHBOARDS: readonly Dashboard[] = [
  {
    key: 'ventas',
    title: 'Ventas',
    description: 'Lo vendido.',
    audience: 'tenant',
    filters: [
      { slug: 'desde', title: 'Desde', type: 'date', initial: 'first' },
      { slug: 'hasta', title: 'Hasta', type: 'date', initial: 'last' },
      { slug: 'estado', title: 'Estado', type: 'text', initial: null, choices: ['open', 'completed'] },
    ],
    cards: [
      card(
        'ordenes',
        `-- Every order of the days asked for.
         select t.company_name, o.id::text as order_id, o.business_day::text as day, o.amount_total
         from public.orders o join public.tenants t on t.id = o.tenant_id
         where o.business_day between {{desde}}::date and {{hasta}}::date [[and o.status = {{estado}}]]
         order by o.created_at desc;`,
        {
          columns: {
            company_name: { title: 'Empresa', format: 'text' },
            order_id: { title: 'Venta', format: 'text' },
            day: { title: 'Día', format: 'date' },
            amount_total: { title: 'Monto', format: 'money' },
          },
        },
      ),
      card('total', 'select count(*) as orders from public.orders', {
        display: 'scalar',
        at: { row: 4, column: 0, width: 6, height: 3 },
        columns: { orders: { title: 'Ventas', format: 'integer' } },
        industries: ['retail'],
      }),
      card('todas', 'select company_name from public.tenants order by company_name', { at: { row: 7, column: 0, width: 12, height: 4 } }),
    ],
  },
  {
    key: 'soporte',
    title: 'Soporte',
    description: 'Lo atendido.',
    audience: 'tenant',
    filters: [],
    cards: [card('canales', 'select channel, count(*) as total from public.conversations group by channel order by channel')],
  },
  {
    key: 'ejecutiva',
    title: 'Ejecutiva',
    description: 'Todas las empresas.',
    audience: 'analyst',
    filters: [],
    cards: [card('empresas', 'select company_name from public.tenants order by company_name')],
  },
];
