-- What was sold of kpi.product_days from the facts, for the local days $2 (null: all). Touch key: local day of the sale. By what the lines say of
-- their product: which products of the sources are one product is decided at reading (kpi.product_keys), so that a changed SKU needs nothing
-- here. Sold and returned are rows of their own: a refund makes nothing anew of what was sold on its day, which may be a thousand orders.
-- `offset 0`: see link-orders.sql. A day is looked up by itself: asked for a list of days, the planner reads the whole tenant as long as
-- the statistics do not know how much of it there is, as in a company's first backfill (seen at 17,000 orders: 14,000 read in vain).
with sold as (
  select o.id, o.business_day, o.currency_source, o.fx_rate
  from public.source_orders o
  where $2::date[] is null and o.tenant_id = $1 and o.is_sale
  union all
  select o.* from unnest($2::date[]) k(day) cross join lateral (
    select x.id, x.business_day, x.currency_source, x.fx_rate
    from public.source_orders x where x.tenant_id = $1 and x.business_day = k.day and x.is_sale offset 0) o
),
moved as (
  select o.business_day as day, l.product_id, l.sku, l.name, l.units,
    case
      when l.currency_source <> o.currency_source then null
      when o.currency_source = t.currency then l.amount_source
      else round(l.amount_source * o.fx_rate, t.currency_decimals)
    end as amount
  from public.tenants t
  cross join sold o
  cross join lateral (
    select * from public.source_order_lines x
    where x.tenant_id = $1 and x.order_id = o.id and x.line_kind = 'product' and x.deleted_at is null offset 0) l
  where t.id = $1
),
named as (
  select m.*, nullif(upper(btrim(m.sku)), '') as clean_sku from moved m
)
select $1::uuid as tenant_id, n.day,
  coalesce(n.product_id::text, 'sku:' || n.clean_sku, 'name:' || upper(btrim(n.name))) as product_ref, 'sale' as movement, n.product_id,
  max(n.clean_sku) as sku, max(n.name) as name, count(*) as lines, count(*) filter (where n.units is null) as lines_without_units,
  count(*) filter (where n.amount is null) as lines_without_rate, coalesce(sum(n.units), 0) as units_sold,
  0::numeric as units_returned, sum(n.amount) as amount_sold, null::numeric as amount_returned
from named n
group by n.day, product_ref, n.product_id
