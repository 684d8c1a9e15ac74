-- kpi.product_days from the facts, for the local days $2 (null: all). Touch key: local day. By what the lines say of their product: which
-- products of the sources are one product is decided at reading (kpi.product_keys), so that a changed SKU needs nothing here.
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
given_back as (
  select r.id, r.business_day, r.currency_source, r.fx_rate
  from public.refunds r
  where $2::date[] is null and r.tenant_id = $1 and r.counts
  union all
  select r.* from unnest($2::date[]) k(day) cross join lateral (
    select x.id, x.business_day, x.currency_source, x.fx_rate
    from public.refunds x where x.tenant_id = $1 and x.business_day = k.day and x.counts offset 0) r
),
moved as (
  select o.business_day as day, l.product_id, l.sku, l.name, l.units as units_sold, null::numeric as units_returned,
    case
      when l.currency_source <> o.currency_source then null
      when o.currency_source = t.currency then l.amount_source
      else round(l.amount_source * o.fx_rate, t.currency_decimals)
    end as amount_sold,
    null::numeric as amount_returned
  from public.tenants t
  cross join sold o
  cross join lateral (
    select * from public.source_order_lines x
    where x.tenant_id = $1 and x.order_id = o.id and x.line_kind = 'product' and x.deleted_at is null offset 0) l
  where t.id = $1
  union all
  -- What was given back is stated in the line's own unit: it is worth as many units as the line's.
  select r.business_day, l.product_id, l.sku, l.name, null,
    case when l.units = l.quantity then d.quantity else round(d.quantity * l.units / nullif(l.quantity, 0), 8) end,
    null,
    case
      when d.currency_source <> r.currency_source then null
      when r.currency_source = t.currency then d.amount_source
      else round(d.amount_source * r.fx_rate, t.currency_decimals)
    end
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
  coalesce(n.product_id::text, 'sku:' || n.clean_sku, 'name:' || upper(btrim(n.name))) as product_ref, n.product_id,
  max(n.clean_sku) as sku, max(n.name) as name, count(*) as lines,
  count(*) filter (where n.units_sold is null and n.units_returned is null) as lines_without_units,
  count(*) filter (where n.amount_sold is null and n.amount_returned is null) as lines_without_rate,
  coalesce(sum(n.units_sold), 0) as units_sold, coalesce(sum(n.units_returned), 0) as units_returned,
  sum(n.amount_sold) as amount_sold, sum(n.amount_returned) as amount_returned
from named n
group by n.day, product_ref, n.product_id
