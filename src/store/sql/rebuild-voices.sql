-- Who speaks for each sale, from the documents, their links and the shop's stored coverage (the rule is told in settle-orders.sql).
-- Orders $2 (null: all).
with shop as (
  select max(coalesce(s.covered_from, '-infinity')) as covered_from, min(coalesce(s.covered_until, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1 and c.source = 'shopify' and c.status = 'active'
  having count(*) > 0
)
select o.id, w.because is null as speaks, w.because as silent_because
from public.tenants t
join public.source_orders o on o.tenant_id = t.id
left join shop on true
cross join lateral (
  select case
    when o.source <> t.speaking_source and exists (
      select 1 from public.order_links k where k.tenant_id = $1 and k.erp_order_id = o.id and o.source = 'odoo' offset 0) then 'mirror'
    when o.source <> t.speaking_source and exists (
      select 1 from public.order_links k where k.tenant_id = $1 and k.shop_order_id = o.id and o.source = 'shopify' offset 0) then 'mirror'
    when o.source = 'odoo' and t.speaking_source = 'shopify' and coalesce(o.shop_order_id, o.shop_order_name) is not null
      and o.created_at >= shop.covered_from and o.created_at > shop.covered_until - interval '60 minutes' then 'waiting'
    end as because
) w
where t.id = $1 and ($2::uuid[] is null or o.id = any($2::uuid[]))
