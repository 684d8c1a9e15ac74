-- The orders that the bridge of the days from $2 until $3 (exclusive) of tenant $1 is made of: those sold, given back or documented in these days,
-- and all that belong to the same sale, of whatever day. `offset 0` keeps each look-up a probe of its index: a month is a small part of all.
create temporary table month_order on commit drop as
with recursive
seed as (
  select o.id from public.source_orders o
  where o.tenant_id = $1::uuid and o.is_sale and o.business_day >= $2::date and o.business_day < $3::date
  union
  select r.order_id from public.refunds r
  where r.tenant_id = $1 and r.counts and r.business_day >= $2::date and r.business_day < $3::date and r.order_id is not null
  union
  select l.order_id
  from public.invoices i
  cross join lateral (
    select x.order_id from public.invoice_lines x
    where x.tenant_id = $1 and x.invoice_id = i.id and x.deleted_at is null and x.order_id is not null offset 0) l
  where i.tenant_id = $1 and i.state = 'posted' and i.invoice_date >= $2::date and i.invoice_date < $3::date
),
walk(id) as (
  select id from seed
  union
  select n.id
  from walk w
  cross join lateral (
    select x.erp_order_id as id from public.order_links x where x.tenant_id = $1 and x.shop_order_id = w.id
    union all
    select x.shop_order_id from public.order_links x where x.tenant_id = $1 and x.erp_order_id = w.id
    union all
    -- A company may count by documents: each is a sale of its order.
    select x.invoiced_order_id from public.source_orders x where x.tenant_id = $1 and x.id = w.id and x.invoiced_order_id is not null
    union all
    select x.id from public.source_orders x where x.tenant_id = $1 and x.invoiced_order_id = w.id
  ) n
)
select id from walk
