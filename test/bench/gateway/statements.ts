/** What the overhead is measured on: the least there is, a question of a portal, what a page of a table weighs, and the most that is given by default. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  one: 'select 1 as one',
  sales_by_day: 'select * from kpi.sales_by_day order by day desc limit 30',
  orders: `select t.rut, t.company_name, sum(o.amount_total) as total_sales, count(o.id) as total_orders
    from tenants t left join orders o on o.tenant_id = t.id where o.created_at >= now() - interval '30 days'
    group by t.rut, t.company_name order by total_sales desc`,
  rows_200: 'select id, source, status, created_at, amount_total, currency from orders order by created_at desc limit 200',
  rows_2000: 'select id, source, status, created_at, amount_total, currency from orders order by created_at desc limit 2000',
};
