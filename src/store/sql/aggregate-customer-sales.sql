-- kpi.customer_sales from the sales of each day, which are settled before, for the identities $2 (null: all). Touch key: identity.
select $1::uuid as tenant_id, d.identity_id, bool_and(d.anonymous) as anonymous, sum(d.sales)::bigint as sales,
  sum(d.sales_without_rate)::bigint as sales_without_rate, sum(d.amount_total) as amount_total, sum(d.amount_untaxed) as amount_untaxed,
  min(d.day) as first_day, max(d.day) as last_day, min(d.first_sale_at) as first_sale_at, max(d.last_sale_at) as last_sale_at
from kpi.customer_sales_daily d
where d.tenant_id = $1 and ($2::uuid[] is null or d.identity_id = any($2::uuid[]))
group by d.identity_id
