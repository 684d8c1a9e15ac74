-- kpi.customer_sales_daily from the facts, for the identities $2 (null: all). Touch key: identity. Whether an order is a sale is
-- asked outside of the look-up: inside, the index of a day's sales costs the planner the same as that of a customer's orders where there are no
-- statistics yet, and every customer reads the whole tenant.
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
  from (
    select f.identity_id, f.customer_id, f.anonymous
    from public.customer_identities f
    where $2::uuid[] is null and f.tenant_id = $1
    union all
    select f.* from unnest($2::uuid[]) k(identity_id) cross join lateral (
      select x.identity_id, x.customer_id, x.anonymous
      from public.customer_identities x where x.tenant_id = $1 and x.identity_id = k.identity_id offset 0) f
  ) i
  cross join lateral (
    select x.business_day as day, x.created_at as at, x.amount_total, x.amount_untaxed, x.is_sale
    from public.source_orders x
    where x.tenant_id = $1 and x.customer_id = i.customer_id
    offset 0) o
  where o.is_sale
  group by i.identity_id, o.day
) s
