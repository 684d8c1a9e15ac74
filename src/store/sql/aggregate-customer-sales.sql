-- kpi.customer_sales: what the sales of each day add up to, which the statement around it has as `daily`: those that a batch makes anew at
-- the same time, or those that are stored.
select $1::uuid as tenant_id, d.identity_id, bool_and(d.anonymous) as anonymous, sum(d.sales)::bigint as sales,
  sum(d.sales_without_rate)::bigint as sales_without_rate, sum(d.amount_total) as amount_total, sum(d.amount_untaxed) as amount_untaxed,
  min(d.day) as first_day, max(d.day) as last_day, min(d.first_sale_at) as first_sale_at, max(d.last_sale_at) as last_sale_at
from daily d
group by d.identity_id
