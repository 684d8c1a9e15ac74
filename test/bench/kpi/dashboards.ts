/** One dashboard's cards as SQL over the KPI views; `$1` and `$2` are the first and the last local day of the period. */
export type Dashboard = Readonly<Record<string, string>>;

const DAYS = 'day between $1 and $2';

/** The five dashboards, as their cards ask for them. Those of a tenant run under its own role, the executive one as the analyst. */
export const TENANT_DASHBOARDS = {
  tenant: {
    sales: `select * from kpi.sales_by_day where ${DAYS} order by day`,
    products: 'select * from kpi.top_products order by position limit 10',
    executions: 'select * from kpi.executions_by_workflow order by executions desc limit 10',
    tickets: 'select * from kpi.tickets_by_channel',
    freshness: 'select * from kpi.freshness_now',
  },
  sales: {
    revenue: 'select * from kpi.revenue_by_tenant',
    by_day: `select * from kpi.sales_by_day where ${DAYS} order by day`,
    products: 'select * from kpi.top_products order by position limit 10',
    products_of_period: 'select * from kpi.top_products_between($1, $2) where position <= 10 order by position',
    channels: 'select * from kpi.sales_by_channel($1, $2) order by gross_sales desc',
    apart: 'select * from kpi.orders_apart($1, $2)',
  },
  support: { channels: 'select * from kpi.tickets_by_channel' },
  automations: { workflows: 'select * from kpi.executions_by_workflow order by executions desc limit 10' },
  inventory: { stock: 'select * from kpi.stock_now order by below_threshold desc, product_name limit 200' },
} as const satisfies Record<string, Dashboard>;

export const EXECUTIVE_DASHBOARD = {
  summary: 'select * from kpi.executive_summary',
  sales: 'select * from kpi.executive_sales order by amount_platform desc nulls last',
  users: 'select * from kpi.registered_users',
  revenue: 'select * from kpi.revenue_by_tenant order by total_sales desc nulls last',
} as const satisfies Dashboard;
