-- kpi.sales_daily from the facts, for the local days $2 (null: all). Touch key: local day. Days are looked up one by one: see
-- aggregate-products-sold.sql.
with sold as (
  select o.business_day, o.source, o.amount_total, o.amount_untaxed, o.payment_state
  from public.source_orders o
  where $2::date[] is null and o.tenant_id = $1 and o.is_sale
  union all
  select o.* from unnest($2::date[]) k(day) cross join lateral (
    select x.business_day, x.source, x.amount_total, x.amount_untaxed, x.payment_state
    from public.source_orders x where x.tenant_id = $1 and x.business_day = k.day and x.is_sale offset 0) o
),
given_back as (
  select r.business_day, r.source, r.amount_total, r.amount_untaxed
  from public.refunds r
  where $2::date[] is null and r.tenant_id = $1 and r.counts
  union all
  select r.* from unnest($2::date[]) k(day) cross join lateral (
    select x.business_day, x.source, x.amount_total, x.amount_untaxed
    from public.refunds x where x.tenant_id = $1 and x.business_day = k.day and x.counts offset 0) r
),
sales as (
  select o.business_day as day, o.source, count(*) as orders, count(*) filter (where o.amount_total is null) as orders_without_rate,
    coalesce(sum(o.amount_total), 0) as amount_total, coalesce(sum(o.amount_untaxed), 0) as amount_untaxed,
    count(*) filter (where o.payment_state = 'unpaid') as orders_unpaid,
    coalesce(sum(o.amount_total) filter (where o.payment_state = 'unpaid'), 0) as amount_unpaid,
    count(*) filter (where o.payment_state = 'partial') as orders_partly_paid
  from sold o
  group by o.business_day, o.source
),
refunds as (
  select r.business_day as day, r.source, count(*) as refunds, coalesce(sum(r.amount_total), 0) as refunds_amount,
    coalesce(sum(r.amount_untaxed), 0) as refunds_untaxed
  from given_back r
  group by r.business_day, r.source
)
select $1::uuid as tenant_id, day, source, coalesce(orders, 0) as orders, coalesce(orders_without_rate, 0) as orders_without_rate,
  coalesce(amount_total, 0) as amount_total, coalesce(amount_untaxed, 0) as amount_untaxed, coalesce(orders_unpaid, 0) as orders_unpaid,
  coalesce(amount_unpaid, 0) as amount_unpaid, coalesce(orders_partly_paid, 0) as orders_partly_paid, coalesce(refunds, 0) as refunds,
  coalesce(refunds_amount, 0) as refunds_amount, coalesce(refunds_untaxed, 0) as refunds_untaxed
from sales full join refunds using (day, source)
