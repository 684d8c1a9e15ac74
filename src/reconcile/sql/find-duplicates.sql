-- Standing documents of the books beyond those that make up the order: duplicate_in_odoo, + books.
insert into reconcile_finding (class, component, amount, group_id, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
select case when g.reason is null then 'duplicate_in_odoo' else 'out_of_scope' end, 'total', d.amount, g.group_id, g.shop_ids[1], d.id, g.shop_names[1], d.name,
  null, case when d.has_amount then d.amount end, g.anchored_at, g.business_day,
  jsonb_strip_nulls(jsonb_build_object('reason', g.reason, 'first', g.erp_names[1]))
from reconcile_group g
join reconcile_part d on d.group_id = g.group_id and d.role = 'surplus'
where g.in_range
