-- kpi.sales_daily from the facts, for the local days $2 (null: all). Touch key: local day.
with sales as (
  select o.business_day as day, o.source, count(*) as orders, count(*) filter (where o.amount_total is null) as orders_without_rate,
    coalesce(sum(o.amount_total), 0) as amount_total, coalesce(sum(o.amount_untaxed), 0) as amount_untaxed,
    count(*) filter (where o.payment_state = 'unpaid') as orders_unpaid,
    coalesce(sum(o.amount_total) filter (where o.payment_state = 'unpaid'), 0) as amount_unpaid,
    count(*) filter (where o.payment_state = 'partial') as orders_partly_paid
  from public.source_orders o
  where o.tenant_id = $1 and o.is_sale and ($2::date[] is null or o.business_day = any($2::date[]))
  group by o.business_day, o.source
),
refunds as (
  select r.business_day as day, r.source, count(*) as refunds, coalesce(sum(r.amount_total), 0) as refunds_amount,
    coalesce(sum(r.amount_untaxed), 0) as refunds_untaxed
  from public.refunds r
  where r.tenant_id = $1 and r.counts and ($2::date[] is null or r.business_day = any($2::date[]))
  group by r.business_day, r.source
)
select $1::uuid as tenant_id, day, source, coalesce(orders, 0) as orders, coalesce(orders_without_rate, 0) as orders_without_rate,
  coalesce(amount_total, 0) as amount_total, coalesce(amount_untaxed, 0) as amount_untaxed, coalesce(orders_unpaid, 0) as orders_unpaid,
  coalesce(amount_unpaid, 0) as amount_unpaid, coalesce(orders_partly_paid, 0) as orders_partly_paid, coalesce(refunds, 0) as refunds,
  coalesce(refunds_amount, 0) as refunds_amount, coalesce(refunds_untaxed, 0) as refunds_untaxed
from sales full join refunds using (day, source)
