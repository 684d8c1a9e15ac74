-- The two sides of the bridge, from the documents and not from the findings. What of the books stands for a merged order's further sales of the
-- shop is in those sales' periods; the rest of a group is in its first one's.
select s.orders as shop_orders, s.amount as shop_amount, s.without_rate as shop_without_rate,
  e.orders as erp_orders, e.amount + m.amount as erp_amount, e.without_rate as erp_without_rate
from (
  select count(*)::bigint as orders, coalesce(sum(d.amount), 0) as amount, count(*) filter (where not d.has_amount)::bigint as without_rate
  from reconcile_part p
  join reconcile_document d on d.id = p.id
  cross join reconcile_terms t
  where p.role = 'shop' and d.created_at <= t.as_of and (t.range_from is null or d.created_at >= t.range_from) and (t.range_until is null or d.created_at < t.range_until)
) s,
(
  select count(*)::bigint as orders, coalesce(sum(d.amount), 0) as amount, count(*) filter (where not d.has_amount)::bigint as without_rate
  from reconcile_group g
  join reconcile_part p on p.group_id = g.group_id and p.role in ('pair', 'surplus')
  join reconcile_document d on d.id = p.id
  where g.in_range
) e,
(
  select coalesce(sum(d.amount * ((d.created_at <= t.as_of and (t.range_from is null or d.created_at >= t.range_from)
    and (t.range_until is null or d.created_at < t.range_until))::integer - g.in_range::integer)), 0) as amount
  from reconcile_group g
  cross join reconcile_terms t
  join reconcile_part p on p.group_id = g.group_id and p.role = 'shop' and p.id <> g.shop_ids[1]
  join reconcile_document d on d.id = p.id
  where g.sales > 1 and g.pairs > 0
) m
