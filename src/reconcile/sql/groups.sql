-- Each group as one row: its two sides and what they differ by, in the documents' currency ("d_": books minus shop) and in the tenant's. Its
-- first sale of the shop says in which period it is compared. `reason`: why nothing of it is compared, if so.
create temporary table reconcile_group on commit drop as
with part as (
  select p.*, p.role in ('shop', 'pair') as is_compared
  from reconcile_part p
  where not p.is_plain
  -- The arrays below are in this order.
  order by p.group_id, p.place
),
other as (
  select group_id,
    min(created_at) filter (where place = 1) as anchored_at,
    min(business_day) filter (where place = 1) as business_day,
    count(*) filter (where role = 'shop') as sales,
    count(*) filter (where role = 'pair') as pairs,
    count(*) filter (where role = 'surplus') as surplus,
    coalesce(sum(amount) filter (where role = 'shop'), 0) as shop_amount,
    coalesce(sum(amount) filter (where role = 'pair'), 0) as pair_amount,
    coalesce(sum(amount) filter (where role = 'surplus'), 0) as surplus_amount,
    coalesce(sum(total) filter (where role = 'shop'), 0) as shop_total,
    coalesce(sum(total) filter (where role = 'pair'), 0) as pair_total,
    min(currency) filter (where is_compared) as currency,
    max(currency) filter (where is_compared) as other_currency,
    coalesce(sum(case role when 'shop' then -tax else tax end) filter (where is_compared), 0) as d_tax,
    coalesce(sum(case role when 'shop' then -shipping else shipping end) filter (where is_compared), 0) as d_shipping,
    coalesce(sum(case role when 'shop' then -other else other end) filter (where is_compared), 0) as d_other,
    -- Null where one of them does not know.
    case when bool_and(exempt is not null) filter (where is_compared)
      then coalesce(sum(case role when 'shop' then -exempt else exempt end) filter (where is_compared), 0) end as d_exempt,
    min(rate) filter (where role = 'shop') as shop_rate,
    bool_and(has_amount) filter (where is_compared) as has_amounts,
    bool_and(channel is not distinct from 'pos') filter (where role = 'shop') as all_pos,
    bool_or(cancelled_but_invoiced) as cancelled_but_invoiced,
    -- Of the first sale, and of the first document that it is compared with.
    min(status) filter (where role = 'shop' and is_first) as shop_status,
    min(channel) filter (where role = 'shop' and is_first) as shop_channel,
    min(payment_state) filter (where role = 'shop' and is_first) as shop_payment_state,
    bool_or(invoiced) filter (where role = 'pair' and is_first) as pair_invoiced,
    min(business_day) filter (where role = 'pair' and is_first) as pair_day,
    min(currency) filter (where role = 'pair' and is_first) as pair_currency,
    min(rate) filter (where role = 'pair' and is_first) as pair_rate,
    bool_and(excluded_because is not distinct from 'intercompany') filter (where role = 'erp_other') as intercompany,
    min(status) filter (where role = 'shop_other') as shop_other_status,
    min(excluded_because) filter (where role = 'shop_other') as shop_other_excluded,
    min(status) filter (where role = 'erp_other') as erp_other_status,
    min(excluded_because) filter (where role = 'erp_other') as erp_other_excluded,
    max(rule) as rule,
    array_agg(id) filter (where is_shop) as shop_ids,
    array_agg(name) filter (where is_shop) as shop_names,
    array_agg(id) filter (where role = 'pair') as pair_ids,
    array_agg(id) filter (where role in ('surplus', 'erp_other')) as rest_ids,
    array_agg(name) filter (where not is_shop) as erp_names
  from part
  group by group_id
),
-- The same of nearly all groups, where there is nothing to be added up.
plain as (
  select s.group_id, s.created_at as anchored_at, s.business_day, 1::bigint as sales, 1::bigint as pairs, 0::bigint as surplus, s.amount as shop_amount, e.amount as pair_amount,
    0::numeric as surplus_amount, s.total as shop_total, e.total as pair_total, least(s.currency, e.currency) as currency, greatest(s.currency, e.currency) as other_currency,
    e.tax - s.tax as d_tax, e.shipping - s.shipping as d_shipping, e.other - s.other as d_other, e.exempt - s.exempt as d_exempt, s.rate as shop_rate,
    s.has_amount and e.has_amount as has_amounts, s.channel is not distinct from 'pos' as all_pos, s.cancelled_but_invoiced or e.cancelled_but_invoiced as cancelled_but_invoiced,
    s.status as shop_status, s.channel as shop_channel, s.payment_state as shop_payment_state, e.invoiced as pair_invoiced, e.business_day as pair_day, e.currency as pair_currency,
    e.rate as pair_rate, null::boolean as intercompany, null::text as shop_other_status, null::text as shop_other_excluded, null::text as erp_other_status,
    null::text as erp_other_excluded, e.rule, array[s.id] as shop_ids, array[s.name] as shop_names, array[e.id] as pair_ids, null::uuid[] as rest_ids, array[e.name] as erp_names
  from reconcile_part s
  join reconcile_part e on e.group_id = s.group_id and e.is_plain and not e.is_shop
  where s.is_plain and s.is_shop
)
select w.*,
  case
    when w.shop_ids is null then 'erp'
    when w.erp_names is null then 'shop'
    when w.sales <= 1 and w.pairs <= 1 then 'pair'
    when w.sales <= 1 then 'split'
    when w.pairs <= 1 then 'merged'
    else 'many'
  end as kind,
  case when w.business_day < t.starts_on then 'before_start' when w.all_pos and not t.pos_counts then 'pos' end as reason,
  w.anchored_at <= t.as_of and (t.range_from is null or w.anchored_at >= t.range_from) and (t.range_until is null or w.anchored_at < t.range_until) as in_range
from (select * from plain union all select * from other) w
cross join reconcile_terms t
