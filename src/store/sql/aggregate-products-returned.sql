-- What was given back of kpi.product_days from the facts, for the local days $2 (null: all). Touch key: local day of the refund. By what the lines say of
-- their product: which products of the sources are one product is decided at reading (kpi.product_keys), so that a changed SKU needs nothing
-- here. Sold and returned are rows of their own: a refund makes nothing anew of what was sold on its day, which may be a thousand orders.
-- `offset 0`: see link-orders.sql. A day is looked up by itself: asked for a list of days, the planner reads the whole tenant as long as
-- the statistics do not know how much of it there is, as in a company's first backfill (seen at 17,000 orders: 14,000 read in vain).
with given_back as (
  select r.id, r.business_day, r.currency_source, r.fx_rate
  from public.refunds r
  where $2::date[] is null and r.tenant_id = $1 and r.counts
  union all
  select r.* from unnest($2::date[]) k(day) cross join lateral (
    select x.id, x.business_day, x.currency_source, x.fx_rate
    from public.refunds x where x.tenant_id = $1 and x.business_day = k.day and x.counts offset 0) r
),
moved as (
  -- What was given back is stated in the line's own unit: it is worth as many units as the line's.
  select r.business_day as day, l.product_id, l.sku, l.name,
    case when l.units = l.quantity then d.quantity else round(d.quantity * l.units / nullif(l.quantity, 0), 8) end as units,
    case
      when d.currency_source <> r.currency_source then null
      when r.currency_source = t.currency then d.amount_source
      else round(d.amount_source * r.fx_rate, t.currency_decimals)
    end as amount
  from public.tenants t
  cross join given_back r
  cross join lateral (
    select * from public.refund_lines x where x.tenant_id = $1 and x.refund_id = r.id and x.deleted_at is null offset 0) d
  cross join lateral (
    select * from public.source_order_lines x
    where x.tenant_id = $1 and x.id = d.order_line_id and x.line_kind = 'product' and x.deleted_at is null offset 0) l
  where t.id = $1
),
named as (
  select m.*, nullif(upper(btrim(m.sku)), '') as clean_sku from moved m
)
select $1::uuid as tenant_id, n.day,
  coalesce(n.product_id::text, 'sku:' || n.clean_sku, 'name:' || upper(btrim(n.name))) as product_ref, 'return' as movement, n.product_id,
  max(n.clean_sku) as sku, max(n.name) as name, count(*) as lines, count(*) filter (where n.units is null) as lines_without_units,
  count(*) filter (where n.amount is null) as lines_without_rate, 0::numeric as units_sold,
  coalesce(sum(n.units), 0) as units_returned, null::numeric as amount_sold, sum(n.amount) as amount_returned
from named n
group by n.day, product_ref, n.product_id
