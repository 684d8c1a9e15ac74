-- The two sides of the bridge, from the documents and not from the findings. What of the books stands for a merged order's further sales of the
-- shop is in those sales' periods; the rest of a group is in its first one's.
select count(*) filter (where p.is_sale and p.is_in)::bigint as shop_orders,
  coalesce(sum(p.amount) filter (where p.is_sale and p.is_in), 0) as shop_amount,
  count(*) filter (where p.is_sale and p.is_in and not p.has_amount)::bigint as shop_without_rate,
  count(*) filter (where p.is_booked and p.in_range)::bigint as erp_orders,
  coalesce(sum(p.amount) filter (where p.is_booked and p.in_range), 0)
    + coalesce(sum(p.amount * (p.is_in::integer - p.in_range::integer)) filter (where p.is_further), 0) as erp_amount,
  count(*) filter (where p.is_booked and p.in_range and not p.has_amount)::bigint as erp_without_rate
from (
  select p.amount, p.has_amount, g.in_range, p.role = 'shop' as is_sale, p.role in ('pair', 'surplus') as is_booked,
    p.role = 'shop' and not p.is_first and g.pairs > 0 as is_further,
    p.created_at <= t.as_of and (t.range_from is null or p.created_at >= t.range_from) and (t.range_until is null or p.created_at < t.range_until) as is_in
  from reconcile_part p
  join reconcile_group g on g.group_id = p.group_id
  cross join reconcile_terms t
) p
