-- Every document of the two sides: what the shop has, and what of the books cites a shop order or was linked to one by a person (who may
-- link what cites nothing). $1 tenant.
create temporary table reconcile_scope on commit drop as
select o.id
from public.source_orders o
where o.tenant_id = $1::uuid and o.deleted_at is null
  and (o.source = 'shopify' or (o.source = 'odoo' and (o.shop_order_id is not null or o.shop_order_name is not null)))
union all
select distinct o.id
from public.order_links l
join public.source_orders o on o.tenant_id = $1 and o.id = l.erp_order_id
where l.tenant_id = $1 and l.rule = 'person' and o.source = 'odoo' and o.shop_order_id is null and o.shop_order_name is null
