-- Documents without a pair, each with its whole amount in one class:
--   standing in the books, their order of the shop is no sale      status               + books
--   standing in the books, citing several orders of one name       duplicate_ref        + books
--   standing in the books, citing an order that is not there       missing_in_shopify   + books; pending_link while that cannot be said
--   sale of the shop, its documents in the books do not stand      status               - shop; intercompany where that is why
--   sale of the shop without any document in the books             missing_in_odoo      - shop; pending while that cannot be said
--   neither, but a test, of no value, or gift cards alone          out_of_scope         0
-- What is out of scope by a setting is out_of_scope with its amount.
insert into reconcile_finding (class, component, amount, group_id, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
select coalesce(case when g.reason is not null then 'out_of_scope' end, c.class), 'total', d.amount, g.group_id, g.shop_ids[1], d.id, g.shop_names[1], d.name,
  null, case when d.has_amount then d.amount end, g.anchored_at, g.business_day,
  jsonb_strip_nulls(jsonb_build_object('reason', coalesce(g.reason, c.reason), 'shop_status', coalesce(g.shop_other_excluded, g.shop_other_status),
    'erp_status', d.status, 'cites', case when g.shop_ids is null then coalesce(array_to_string(d.shop_order_names, ', '), d.shop_order_name) end))
from reconcile_group g
cross join reconcile_terms t
join reconcile_part d on d.group_id = g.group_id and d.role = 'pair'
cross join lateral (
  select case
    when d.created_at < t.shop_from then 'before_coverage'
    when not t.shop_fresh then 'stale'
    when d.created_at + t.grace > t.shop_until then 'young'
  end as waiting
) w
cross join lateral (
  select
    case
      when g.shop_ids is not null then 'status'
      when d.shop_order_name is not null and exists (
        select from ops.cited_orders o where o.tenant_id = $1::uuid and o.erp_order_id = d.id group by o.name having count(*) > 1) then 'duplicate_ref'
      when w.waiting is not null then 'pending_link'
      else 'missing_in_shopify'
    end as class,
    case when g.shop_ids is null then w.waiting end as reason
) c
where g.in_range and g.sales = 0
union all
select coalesce(case when g.reason is not null then 'out_of_scope' end, c.class), 'total', -d.amount, g.group_id, d.id, m.id, d.name, g.erp_names[1],
  case when d.has_amount then d.amount end, null, d.created_at, d.business_day,
  jsonb_strip_nulls(jsonb_build_object('reason', coalesce(g.reason, c.reason), 'shop_status', d.status, 'erp_status', coalesce(g.erp_other_excluded, g.erp_other_status)))
from reconcile_group g
cross join reconcile_terms t
join reconcile_part d on d.group_id = g.group_id and d.role = 'shop'
cross join lateral (select g.rest_ids[1] as id) m
cross join lateral (
  select case
    when d.created_at < t.erp_from then 'before_coverage'
    when not t.erp_fresh then 'stale'
    when d.created_at + t.grace > t.erp_until then 'young'
  end as waiting
) w
cross join lateral (
  select
    case
      when m.id is not null and g.intercompany then 'intercompany'
      when m.id is not null then 'status'
      when w.waiting is not null then 'pending'
      else 'missing_in_odoo'
    end as class,
    case when m.id is null then w.waiting end as reason
) c
where g.pairs = 0 and g.sales > 0
  -- Each sale by its own time: nothing of the books ties them together.
  and d.created_at <= t.as_of and (t.range_from is null or d.created_at >= t.range_from) and (t.range_until is null or d.created_at < t.range_until)
union all
select 'out_of_scope', 'total', 0, g.group_id, d.id, null, d.name, null, case when d.has_amount then d.amount end, null, g.anchored_at, g.business_day,
  jsonb_build_object('reason', d.excluded_because)
from reconcile_group g
join reconcile_part d on d.group_id = g.group_id and d.role = 'shop_other'
where g.in_range and g.sales = 0 and g.pairs = 0 and d.excluded_because is not null
