-- Each group as one row: its two sides and what they differ by, in the documents' currency ("d_": books minus shop) and in the tenant's. Its
-- first sale of the shop says in which period it is compared. `reason`: why nothing of it is compared, if so.
create temporary table reconcile_group on commit drop as
with part as (
  select p.group_id, p.role, p.rule, d.*,
    case when p.role in ('shop', 'shop_other') then 'shop' else 'erp' end as side,
    case p.role when 'shop' then -1 when 'pair' then 1 else 0 end as sign
  from reconcile_part p
  join reconcile_document d on d.id = p.id
  -- Sales of the shop first, then what is compared with them, each by its number: the arrays below are in this order.
  order by p.group_id, array_position(array['shop', 'shop_other', 'pair', 'surplus', 'erp_other'], p.role), length(d.source_id), d.source_id
),
whole as (
  select group_id,
    count(*) filter (where role = 'shop') as sales,
    count(*) filter (where role = 'shop_other') as shop_others,
    count(*) filter (where role = 'pair') as pairs,
    count(*) filter (where role = 'surplus') as surplus,
    count(*) filter (where role = 'erp_other') as erp_others,
    array_agg(id) filter (where side = 'shop') as shop_ids,
    array_agg(name) filter (where side = 'shop') as shop_names,
    array_agg(created_at) filter (where side = 'shop') as shop_times,
    array_agg(business_day) filter (where side = 'shop') as shop_days,
    array_agg(id) filter (where role = 'pair') as pair_ids,
    array_agg(id) filter (where role in ('surplus', 'erp_other')) as rest_ids,
    array_agg(name) filter (where side = 'erp') as erp_names,
    array_agg(created_at) filter (where side = 'erp') as erp_times,
    array_agg(business_day) filter (where side = 'erp') as erp_days,
    max(rule) as rule,
    coalesce(sum(amount) filter (where role = 'shop'), 0) as shop_amount,
    coalesce(sum(amount) filter (where role = 'pair'), 0) as pair_amount,
    coalesce(sum(amount) filter (where role = 'surplus'), 0) as surplus_amount,
    coalesce(sum(total) filter (where role = 'shop'), 0) as shop_total,
    coalesce(sum(total) filter (where role = 'pair'), 0) as pair_total,
    min(currency) filter (where sign <> 0) as currency,
    max(currency) filter (where sign <> 0) as other_currency,
    min(rate) filter (where role = 'shop') as shop_rate,
    bool_and(has_amount) filter (where sign <> 0) as has_amounts,
    coalesce(sum(sign * untaxed), 0) as d_untaxed,
    coalesce(sum(sign * tax), 0) as d_tax,
    coalesce(sum(sign * shipping), 0) as d_shipping,
    coalesce(sum(sign * other), 0) as d_other,
    -- Null where one of them does not know.
    case when bool_and(exempt is not null) filter (where sign <> 0) then coalesce(sum(sign * exempt), 0) end as d_exempt,
    bool_and(channel is not distinct from 'pos') filter (where role = 'shop') as all_pos,
    bool_or(cancelled_but_invoiced) as cancelled_but_invoiced,
    bool_and(excluded_because is not distinct from 'intercompany') filter (where role = 'erp_other') as intercompany,
    min(status) filter (where role = 'shop_other') as shop_other_status,
    min(excluded_because) filter (where role = 'shop_other') as shop_other_excluded,
    min(status) filter (where role = 'erp_other') as erp_other_status,
    min(excluded_because) filter (where role = 'erp_other') as erp_other_excluded
  from part
  group by group_id
)
select w.*, a.anchored_at, a.business_day,
  case
    when w.shop_ids is null then 'erp'
    when w.erp_names is null then 'shop'
    when w.sales <= 1 and w.pairs <= 1 then 'pair'
    when w.sales <= 1 then 'split'
    when w.pairs <= 1 then 'merged'
    else 'many'
  end as kind,
  case when a.business_day < t.starts_on then 'before_start' when w.all_pos and not t.pos_counts then 'pos' end as reason,
  a.anchored_at <= t.as_of and (t.range_from is null or a.anchored_at >= t.range_from) and (t.range_until is null or a.anchored_at < t.range_until) as in_range
from whole w
cross join reconcile_terms t
cross join lateral (
  select coalesce(w.shop_times[1], w.erp_times[1]) as anchored_at, coalesce(w.shop_days[1], w.erp_days[1]) as business_day
) a
