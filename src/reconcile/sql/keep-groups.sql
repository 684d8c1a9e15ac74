-- Puts what was compared into ops.order_groups: what no longer is goes, what differs is written. $1 tenant, $2 whether everything was compared.
with waiting as (
  -- The days that a document, a note or a payment may take end at local midnight.
  select x.group_id, min((x.day + t.days + 1)::timestamp at time zone t.time_zone) as at
  from (
    select g.group_id, g.business_day as day from reconcile_group g
    union all
    -- A document not sent is told after a day.
    select i.group_id, i.invoice_date + v.days from reconcile_issued i cross join reconcile_terms t cross join lateral (values (0), (1 - t.days)) v(days) where i.state = 'posted'
    union all
    select p.group_id, r.business_day
    from reconcile_part p join public.refunds r on r.tenant_id = $1::uuid and r.order_id = p.id and r.deleted_at is null
    where p.role = 'shop'
  ) x
  cross join reconcile_terms t
  where x.day + t.days >= t.today
  group by x.group_id
),
unsure as (
  select distinct f.group_id from reconcile_finding f where f.class in ('pending', 'pending_link')
),
gone as (
  delete from ops.order_groups g
  where g.tenant_id = $1 and ($2::boolean or g.group_id in (select id from reconcile_scope))
    and not exists (select from reconcile_group n where n.group_id = g.group_id and n.in_range)
)
insert into ops.order_groups as k (tenant_id, group_id, kind, rule, anchored_at, business_day, shop_orders, erp_orders, surplus, shop_name, erp_name,
  shop_amount, erp_amount, tax_difference, within_tolerance, recheck_at, checked_at)
select $1, g.group_id, g.kind, g.rule, g.anchored_at, g.business_day, coalesce(g.shop_ids, '{}'), coalesce(g.pair_ids, '{}'), coalesce(g.rest_ids, '{}'),
  g.shop_names[1], g.erp_names[1], g.shop_amount, g.pair_amount + g.surplus_amount,
  case when g.sales = 0 or g.pairs = 0 then 0 when g.currency = t.currency then g.d_tax else round(g.d_tax * coalesce(g.shop_rate, 1), t.decimals) end,
  r.group_id is not null, case when u.group_id is not null then '-infinity' else w.at end, t.as_of
from reconcile_group g
cross join reconcile_terms t
left join waiting w on w.group_id = g.group_id
left join unsure u on u.group_id = g.group_id
left join reconcile_rounding r on r.group_id = g.group_id
where g.in_range
on conflict (tenant_id, group_id) do update set kind = excluded.kind, rule = excluded.rule, anchored_at = excluded.anchored_at,
  business_day = excluded.business_day, shop_orders = excluded.shop_orders, erp_orders = excluded.erp_orders, surplus = excluded.surplus,
  shop_name = excluded.shop_name, erp_name = excluded.erp_name, shop_amount = excluded.shop_amount, erp_amount = excluded.erp_amount,
  tax_difference = excluded.tax_difference, within_tolerance = excluded.within_tolerance, recheck_at = excluded.recheck_at, checked_at = excluded.checked_at
where (k.kind, k.rule, k.anchored_at, k.business_day, k.shop_orders, k.erp_orders, k.surplus, k.shop_name, k.erp_name, k.shop_amount, k.erp_amount,
    k.tax_difference, k.within_tolerance, k.recheck_at)
  is distinct from (excluded.kind, excluded.rule, excluded.anchored_at, excluded.business_day, excluded.shop_orders, excluded.erp_orders, excluded.surplus,
    excluded.shop_name, excluded.erp_name, excluded.shop_amount, excluded.erp_amount, excluded.tax_difference, excluded.within_tolerance, excluded.recheck_at)
