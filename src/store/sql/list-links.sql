-- Links and decisions of tenant $1: of the document $2 (null: all), $3: only where a person decided, at most $4.
select s.id as shop_order_id, s.name as shop_name, e.id as erp_order_id, e.name as erp_name, p.rule, d.decision, d.reason, d.decided_by, d.decided_at
from (
  select l.shop_order_id, l.erp_order_id, l.rule, l.linked_at as at
  from public.order_links l
  where l.tenant_id = $1 and not $3::boolean
  union all
  select d.shop_order_id, d.erp_order_id, l.rule, d.decided_at
  from ops.link_decisions d
  left join public.order_links l on l.tenant_id = d.tenant_id and l.shop_order_id = d.shop_order_id and l.erp_order_id = d.erp_order_id
  where d.tenant_id = $1 and ($3::boolean or l.rule is null)
) p
join public.source_orders s on s.tenant_id = $1 and s.id = p.shop_order_id
join public.source_orders e on e.tenant_id = $1 and e.id = p.erp_order_id
left join ops.link_decisions d on d.tenant_id = $1 and d.shop_order_id = p.shop_order_id and d.erp_order_id = p.erp_order_id
where $2::uuid is null or $2 in (p.shop_order_id, p.erp_order_id)
order by p.at desc, p.shop_order_id, p.erp_order_id
limit $4
