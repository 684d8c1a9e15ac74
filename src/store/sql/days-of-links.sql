-- Local days of the orders $2 and of every document linked with them, over any number of links. `offset 0`: see link-orders.sql.
with recursive ids(id) as (
  select k.id from unnest($2::uuid[]) k(id)
  union
  select l.id from ids cross join lateral (
    (select x.shop_order_id as id from public.order_links x where x.tenant_id = $1 and x.erp_order_id = ids.id offset 0)
    union all
    (select x.erp_order_id from public.order_links x where x.tenant_id = $1 and x.shop_order_id = ids.id offset 0)) l
)
select distinct d.day from ids
cross join lateral (select x.business_day::text as day from public.source_orders x where x.tenant_id = $1 and x.id = ids.id offset 0) d
