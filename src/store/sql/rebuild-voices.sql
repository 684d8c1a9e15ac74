-- Who speaks for each sale, from the documents, their links and the shop's stored coverage (the rule is told in settle-orders.sql).
with shop as (
  select max(coalesce(s.covered_from, '-infinity')) as covered_from, min(coalesce(s.covered_until, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1 and c.source = 'shopify' and c.status = 'active'
  having count(*) > 0
),
mirrors as (
  select case t.speaking_source when 'shopify' then k.erp_order_id else k.shop_order_id end as id
  from public.order_links k
  join public.tenants t on t.id = k.tenant_id
  where k.tenant_id = $1
),
waiting as (
  select o.id
  from public.source_orders o
  join public.tenants t on t.id = o.tenant_id and t.speaking_source = 'shopify'
  join shop on o.created_at >= shop.covered_from and o.created_at > shop.covered_until - interval '60 minutes'
  where o.tenant_id = $1 and o.source = 'odoo' and coalesce(o.shop_order_id, o.shop_order_name) is not null
)
select o.id, w.because is null as speaks, w.because as silent_because
from public.source_orders o
cross join lateral (
  select case when o.id in (select id from mirrors) then 'mirror' when o.id in (select id from waiting) then 'waiting' end as because
) w
where o.tenant_id = $1
