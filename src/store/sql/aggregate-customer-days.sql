-- kpi.customer_sales_daily from the facts, for the identities $2 (null: all). Touch key: identity.
select $1::uuid as tenant_id, s.identity_id, s.day, s.anonymous, s.sales,
  coalesce(sum(s.sales) over (partition by s.identity_id order by s.day rows between unbounded preceding and 1 preceding), 0)::bigint
    as sales_before,
  s.sales_without_rate, s.amount_total, s.amount_untaxed, min(s.day) over (partition by s.identity_id) as first_day,
  date_trunc('month', min(s.day) over (partition by s.identity_id)::timestamp)::date as first_month,
  -- The day before it with sales, if any, was in another month.
  coalesce(date_trunc('month', lag(s.day) over (partition by s.identity_id order by s.day)::timestamp) < date_trunc('month', s.day::timestamp), true)
    as opens_month,
  s.first_sale_at, s.last_sale_at
from (
  select i.identity_id, o.day, bool_and(i.anonymous) as anonymous, count(*) as sales,
    count(*) filter (where o.amount_total is null) as sales_without_rate, coalesce(sum(o.amount_total), 0) as amount_total,
    coalesce(sum(o.amount_untaxed), 0) as amount_untaxed, min(o.at) as first_sale_at, max(o.at) as last_sale_at
  from public.customer_identities i
  cross join lateral (
    select x.business_day as day, x.created_at as at, x.amount_total, x.amount_untaxed
    from public.source_orders x
    where x.tenant_id = $1 and x.customer_id = i.customer_id and x.is_sale
    offset 0) o
  where i.tenant_id = $1 and ($2::uuid[] is null or i.identity_id = any($2::uuid[]))
  group by i.identity_id, o.day
) s
