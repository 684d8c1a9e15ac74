-- Every link there must be: by the shop's order id, else by its name where exactly one shop order of the tenant has it.
with shop as (
  select s.id, s.shop_order_id, s.shop_order_name, count(*) over (partition by s.shop_order_name) as namesakes
  from public.source_orders s
  where s.tenant_id = $1 and s.source = 'shopify' and s.deleted_at is null
),
erp as (
  select e.id, e.shop_order_id, e.shop_order_name
  from public.source_orders e
  where e.tenant_id = $1 and e.source = 'odoo' and e.deleted_at is null
),
by_id as (
  select shop.id as shop_order_id, erp.id as erp_order_id from erp join shop using (shop_order_id)
)
select shop_order_id, erp_order_id, 'id' as rule from by_id
union all
select shop.id, erp.id, 'name'
from erp join shop using (shop_order_name)
where shop.namesakes = 1 and erp.id not in (select erp_order_id from by_id)
