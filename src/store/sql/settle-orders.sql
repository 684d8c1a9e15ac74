-- Who speaks for a sale. Of a linked pair the tenant's speaking source does. An Odoo document that cites a shop order which has not
-- come waits, uncounted, until the shop's stream has passed its date plus 60 minutes of grace; before the shop's first covered day
-- it speaks for itself. $2 orders to settle; $3, $4, $5 the connection whose coverage this batch commits, and that coverage; $6 says
-- that there is one, and then the orders that coverage alone may change are settled too: those that wait, and those that cite a shop
-- order and are younger than what is covered. `offset 0`: see link-orders.sql.
with shop as (
  select count(*) > 0 as connected,
    max(coalesce(case when c.id = $3::uuid then $4::timestamptz else s.covered_from end, '-infinity')) as covered_from,
    min(coalesce(case when c.id = $3::uuid then $5::timestamptz else s.covered_until end, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1 and c.source = 'shopify' and c.status = 'active'
),
ids as (
  select k.id from unnest($2::uuid[]) k(id)
  union
  select w.id from public.source_orders w where $6::boolean and w.tenant_id = $1 and w.silent_because = 'waiting'
  union
  select y.id from shop cross join lateral (
    select x.id from public.source_orders x
    where $6::boolean and x.tenant_id = $1 and x.source = 'odoo' and (x.shop_order_id is not null or x.shop_order_name is not null)
      and x.created_at > shop.covered_until - interval '60 minutes') y
),
decided as materialized (
  select v.id, v.because
  from (
    select o.id, o.silent_because as was, case
      when o.source = 'odoo' and t.speaking_source = 'shopify' and l.linked then 'mirror'
      when o.source = 'shopify' and t.speaking_source = 'odoo' and l.linked then 'mirror'
      when o.source = 'odoo' and t.speaking_source = 'shopify' and (o.shop_order_id is not null or o.shop_order_name is not null)
        and shop.connected and o.created_at >= shop.covered_from and o.created_at + interval '60 minutes' > shop.covered_until then 'waiting'
      end as because
    from ids
    cross join lateral (select * from public.source_orders x where x.tenant_id = $1 and x.id = ids.id offset 0) o
    cross join shop
    join public.tenants t on t.id = $1
    cross join lateral (
      select exists (
        select 1 from public.order_links k where k.tenant_id = $1 and k.erp_order_id = o.id and o.source = 'odoo'
        union all
        select 1 from public.order_links k where k.tenant_id = $1 and k.shop_order_id = o.id and o.source = 'shopify') as linked
    ) l
  ) v
  where v.was is distinct from v.because
)
update public.source_orders o
set speaks = d.because is null, silent_because = d.because
from decided d
where o.tenant_id = $1 and o.id = any (array(select id from decided)) and o.id = d.id
returning o.id, o.business_day::text as day
