-- The documents of the groups that orders $2 or local days $3 concern, of groups that time alone changes until $4, and of those without a
-- partner for which one of the orders is suggested or may be now (suggest.sql). $1 tenant.
-- A group is followed as it was last compared and as its links are now, from document to document until nothing is new.
create temporary table reconcile_scope on commit drop as
with recursive
named as (
  select unnest($2::uuid[]) as id
  union
  select o.id from public.source_orders o
  where o.tenant_id = $1::uuid and o.is_sale and o.business_day = any($3::date[]) and o.source in ('shopify', 'odoo')
  union
  select o.id from public.source_orders o
  where o.tenant_id = $1::uuid and not o.is_sale and o.business_day = any($3::date[]) and o.source in ('shopify', 'odoo')
),
-- A second order of one name makes the first one's references ambiguous, though nothing of it changed.
namesakes as (
  select x.id
  from named n
  cross join lateral (
    select o.shop_order_name from public.source_orders o where o.tenant_id = $1 and o.id = n.id and o.shop_order_name is not null offset 0) o
  cross join lateral (
    select y.id from public.source_orders y where y.tenant_id = $1 and y.shop_order_name = o.shop_order_name
    union all
    select y.id from public.source_orders y where y.tenant_id = $1 and y.shop_order_names is not null and o.shop_order_name = any (y.shop_order_names)
    offset 0) x
),
suggested as (
  select coalesce(f.shop_order_id, f.erp_order_id) as id
  from ops.open_findings f
  cross join lateral jsonb_to_recordset(f.suggestion) s(id uuid)
  where f.tenant_id = $1 and f.suggestion is not null and s.id = any($2::uuid[])
  union all
  select f.id
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select o.business_day, o.currency_source, o.amount_total_source from public.source_orders o where o.tenant_id = $1 and o.id = k.id offset 0) o
  cross join lateral (
    select coalesce(x.shop_order_id, x.erp_order_id) as id from ops.open_findings x
    where x.tenant_id = $1 and x.business_day between o.business_day - 1 and o.business_day + 1
      and x.class in ('missing_in_odoo', 'missing_in_shopify', 'duplicate_ref') offset 0) f
  cross join lateral (
    select from public.source_orders y
    where y.tenant_id = $1 and y.id = f.id and y.currency_source = o.currency_source and y.amount_total_source = o.amount_total_source offset 0) y
),
walk(id) as (
  (
    select id from named
    union
    select id from namesakes
    union
    select unnest(g.shop_orders || g.erp_orders || g.surplus)
    from ops.order_groups g
    where g.tenant_id = $1 and g.recheck_at <= $4::timestamptz
    union
    select unnest(g.shop_orders || g.erp_orders || g.surplus)
    from ops.order_groups g
    where g.tenant_id = $1 and g.business_day = any($3::date[])
    union
    select id from suggested
  )
  union
  select n.id
  from walk w
  cross join lateral (
    select l.erp_order_id as id from public.order_links l where l.tenant_id = $1 and l.shop_order_id = w.id
    union all
    select l.shop_order_id from public.order_links l where l.tenant_id = $1 and l.erp_order_id = w.id
    union all
    select unnest(g.shop_orders || g.erp_orders || g.surplus) from ops.order_groups g where g.tenant_id = $1 and g.group_id = w.id
    union all
    select unnest(g.shop_orders || g.erp_orders || g.surplus)
    from ops.order_groups g where g.tenant_id = $1 and coalesce(g.erp_orders[1], g.surplus[1]) = w.id
    union all
    select unnest(g.shop_orders || g.erp_orders || g.surplus)
    from ops.order_groups g
    -- "is true": the tenant's other indexes would be read whole beside the one that tells.
    where (g.tenant_id = $1) is true and cardinality(g.shop_orders) + cardinality(g.erp_orders) + cardinality(g.surplus) > 2
      and (g.shop_orders || g.erp_orders || g.surplus) @> array[w.id]
  ) n
)
select id from walk
