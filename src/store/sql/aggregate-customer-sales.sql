-- kpi.customer_sales from the sales of each day, which are settled before, for the identities $2 (null: all). Touch key: identity. Each is
-- looked up by itself: see aggregate-product-days.sql.
with daily as (
  select d.*
  from kpi.customer_sales_daily d
  where $2::uuid[] is null and d.tenant_id = $1
  union all
  select d.* from unnest($2::uuid[]) k(identity_id) cross join lateral (
    select x.* from kpi.customer_sales_daily x where x.tenant_id = $1 and x.identity_id = k.identity_id offset 0) d
)
select $1::uuid as tenant_id, d.identity_id, bool_and(d.anonymous) as anonymous, sum(d.sales)::bigint as sales,
  sum(d.sales_without_rate)::bigint as sales_without_rate, sum(d.amount_total) as amount_total, sum(d.amount_untaxed) as amount_untaxed,
  min(d.day) as first_day, max(d.day) as last_day, min(d.first_sale_at) as first_sale_at, max(d.last_sale_at) as last_sale_at
from daily d
group by d.identity_id
