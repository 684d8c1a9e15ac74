-- Which documents belong together: those that links connect, over as many steps as it takes. Most groups are a pair; where documents share
-- a partner the group is walked. A group is named after its first order of the shop (lowest number), or its only one of the books. $1 tenant.
create temporary table reconcile_member on commit drop as
with recursive
link as materialized (
  select l.shop_order_id, l.erp_order_id, l.rule
  from public.order_links l
  join reconcile_document s on s.id = l.shop_order_id and s.is_shop
  join reconcile_document e on e.id = l.erp_order_id and not e.is_shop
  where l.tenant_id = $1::uuid
),
tangled as (
  select distinct l.shop_order_id from link l
  where l.erp_order_id in (select erp_order_id from link group by erp_order_id having count(*) > 1)
),
walk(start, shop_order_id) as (
  select shop_order_id, shop_order_id from tangled
  union
  select w.start, b.shop_order_id
  from walk w
  join link a on a.shop_order_id = w.shop_order_id
  join link b on b.erp_order_id = a.erp_order_id
),
label as materialized (
  select distinct on (w.start) w.start as shop_order_id, w.shop_order_id as group_id
  from walk w
  join reconcile_document d on d.id = w.shop_order_id
  order by w.start, length(d.source_id), d.source_id, d.id
),
erp as materialized (
  select distinct on (l.erp_order_id) l.erp_order_id, coalesce(b.group_id, l.shop_order_id) as group_id,
    max(l.rule) over (partition by l.erp_order_id) as rule
  from link l
  left join label b on b.shop_order_id = l.shop_order_id
)
select coalesce(b.group_id, d.id) as group_id, d.id, true as is_shop, null::text as rule
from reconcile_document d
left join label b on b.shop_order_id = d.id
where d.is_shop
union all
select coalesce(e.group_id, d.id), d.id, false, e.rule
from reconcile_document d
left join erp e on e.erp_order_id = d.id
where not d.is_shop
