-- Every link there must be: by the shop's order id, else by each name cited where exactly one order that may be meant (ops.cited_orders) has
-- it, as far as no person decided otherwise; by both where several names are cited and the id's order has one of them. Odoo documents $2
-- (null: all). `offset 0`: see link-orders.sql.
with found as (
  select e.id as erp_order_id, s.id as shop_order_id, s.rule, bool_or(s.rule = 'person') over erp as told, bool_or(s.rule = 'id') over erp as has_id,
    bool_or(s.rule = 'id' and s.name = any (e.shop_order_names)) over erp as id_is_cited
  from public.source_orders e
  cross join lateral (
    (select x.id, x.shop_order_name as name, 'id' as rule
     from public.source_orders x
     where x.tenant_id = $1 and x.shop_order_id = e.shop_order_id and x.source = 'shopify' and x.deleted_at is null offset 0)
    union all
    (select (array_agg(c.shop_order_id))[1], c.name, min(c.rule)
     from ops.cited_orders c where c.tenant_id = $1 and c.erp_order_id = e.id
     group by c.name having count(*) = 1)
    union all
    (select x.id, x.shop_order_name, 'person'
     from ops.link_decisions d
     join public.source_orders x on x.tenant_id = d.tenant_id and x.id = d.shop_order_id and x.source = 'shopify' and x.deleted_at is null
     where d.tenant_id = $1 and d.erp_order_id = e.id and d.decision = 'link' offset 0)
  ) s
  where e.tenant_id = $1 and e.source = 'odoo' and e.deleted_at is null and ($2::uuid[] is null or e.id = any($2::uuid[]))
  window erp as (partition by e.id)
)
-- 'id' is before 'name'; where a person told which, nothing else says anything.
select shop_order_id, erp_order_id, min(rule) as rule
from found
where case when told then rule = 'person' when has_id and not id_is_cited then rule = 'id' else true end
  and not exists (
    select 1 from ops.link_decisions d
    where d.tenant_id = $1 and d.erp_order_id = found.erp_order_id and d.shop_order_id = found.shop_order_id and d.decision = 'unlink')
group by shop_order_id, erp_order_id
