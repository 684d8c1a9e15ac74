-- Which documents belong together: those that links connect, over as many steps as it takes. Most groups are a pair; where documents share
-- a partner the group is walked. A group is named after its first order of the shop (lowest number); one that is not here, after its only
-- document. $1 tenant.
create temporary table reconcile_member on commit drop as
with recursive
link as materialized (
  select l.shop_order_id, l.erp_order_id, l.rule, s.source_id
  from public.order_links l
  join reconcile_document s on s.id = l.shop_order_id and s.is_shop
  where l.tenant_id = $1::uuid
),
shared as materialized (
  select x.erp_order_id, x.rule
  from (select l.erp_order_id, max(l.rule) as rule from link l group by l.erp_order_id having count(*) > 1) x
  join reconcile_document e on e.id = x.erp_order_id and not e.is_shop
),
-- Only documents that several orders of the shop share lead from one order to another.
knot as materialized (
  select l.shop_order_id, l.erp_order_id, s.rule, l.source_id from link l join shared s on s.erp_order_id = l.erp_order_id
),
walk(start, shop_order_id, source_id) as (
  select shop_order_id, shop_order_id, source_id from knot
  union
  select w.start, b.shop_order_id, b.source_id
  from walk w
  join knot a on a.shop_order_id = w.shop_order_id
  join knot b on b.erp_order_id = a.erp_order_id
),
label as materialized (
  select distinct on (w.start) w.start as shop_order_id, w.shop_order_id as group_id
  from walk w
  order by w.start, length(w.source_id), w.source_id, w.shop_order_id
),
erp as (
  select l.erp_order_id, coalesce(b.group_id, l.shop_order_id) as group_id, l.rule
  from link l
  left join label b on b.shop_order_id = l.shop_order_id
  where not exists (select from shared s where s.erp_order_id = l.erp_order_id)
  union all
  select distinct on (k.erp_order_id) k.erp_order_id, b.group_id, k.rule
  from knot k
  join label b on b.shop_order_id = k.shop_order_id
)
select shop_order_id as id, group_id, null::text as rule from label
union all
select erp_order_id, group_id, rule from erp
