-- Every link there must be: by the shop's order id, else by its name where exactly one shop order of the tenant has it, as far as no
-- person decided otherwise. Odoo documents $2 (null: all). `offset 0`: see link-orders.sql.
with found as (
  select e.id as erp_order_id, s.id as shop_order_id, s.rule, min(s.rule) filter (where s.rule <> 'person') over erp as best,
    bool_or(s.rule = 'person') over erp as told
  from public.source_orders e
  cross join lateral (
    (select x.id, 'id' as rule
     from public.source_orders x
     where x.tenant_id = $1 and x.shop_order_id = e.shop_order_id and x.source = 'shopify' and x.deleted_at is null offset 0)
    union all
    select n.ids[1], 'name'
    from (
      select array_agg(x.id) as ids
      from public.source_orders x
      where x.tenant_id = $1 and x.shop_order_name = e.shop_order_name and x.source = 'shopify' and x.deleted_at is null offset 0) n
    where cardinality(n.ids) = 1
    union all
    (select x.id, 'person'
     from ops.link_decisions d
     join public.source_orders x on x.tenant_id = d.tenant_id and x.id = d.shop_order_id and x.source = 'shopify' and x.deleted_at is null
     where d.tenant_id = $1 and d.erp_order_id = e.id and d.decision = 'link' offset 0)
  ) s
  where e.tenant_id = $1 and e.source = 'odoo' and e.deleted_at is null and ($2::uuid[] is null or e.id = any($2::uuid[]))
  window erp as (partition by e.id)
)
-- By its id ('id' is before 'name'), and only without that by its name; by neither where a person told which.
select shop_order_id, erp_order_id, rule
from found
where case when told then rule = 'person' else rule = best end
  and not exists (
    select 1 from ops.link_decisions d
    where d.tenant_id = $1 and d.erp_order_id = found.erp_order_id and d.shop_order_id = found.shop_order_id and d.decision = 'unlink')
