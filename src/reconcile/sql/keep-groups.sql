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
fresh as (
  select g.group_id, g.kind, g.rule, g.anchored_at, g.business_day, coalesce(g.shop_ids, '{}') as shop_orders, coalesce(g.pair_ids, '{}') as erp_orders,
    coalesce(g.rest_ids, '{}') as surplus, g.shop_names[1] as shop_name, g.erp_names[1] as erp_name, g.shop_amount, g.pair_amount + g.surplus_amount as erp_amount,
    case when g.sales = 0 or g.pairs = 0 then 0 when g.currency = t.currency then g.d_tax else round(g.d_tax * coalesce(g.shop_rate, 1), t.decimals) end as tax_difference,
    r.group_id is not null as within_tolerance, case when u.group_id is not null then '-infinity' else w.at end as recheck_at, t.as_of
  from reconcile_group g
  cross join reconcile_terms t
  left join waiting w on w.group_id = g.group_id
  left join unsure u on u.group_id = g.group_id
  left join reconcile_rounding r on r.group_id = g.group_id
  where g.in_range
),
gone as (
  delete from ops.order_groups g
  where g.tenant_id = $1 and ($2::boolean or g.group_id = any (array(select id from reconcile_scope)))
    and not exists (select from reconcile_group n where n.group_id = g.group_id and n.in_range)
)
insert into ops.order_groups as k (tenant_id, group_id, kind, rule, anchored_at, business_day, shop_orders, erp_orders, surplus, shop_name, erp_name,
  shop_amount, erp_amount, tax_difference, within_tolerance, recheck_at, checked_at)
select $1, n.group_id, n.kind, n.rule, n.anchored_at, n.business_day, n.shop_orders, n.erp_orders, n.surplus, n.shop_name, n.erp_name, n.shop_amount,
  n.erp_amount, n.tax_difference, n.within_tolerance, n.recheck_at, n.as_of
from fresh n
-- Nearly all are as they were; what would be left as it is would be locked all the same.
where not exists (
  select from ops.order_groups o
  where o.tenant_id = $1 and o.group_id = n.group_id
    and (o.kind, o.rule, o.anchored_at, o.business_day, o.shop_orders, o.erp_orders, o.surplus, o.shop_name, o.erp_name, o.shop_amount, o.erp_amount,
        o.tax_difference, o.within_tolerance, o.recheck_at)
      is not distinct from (n.kind, n.rule, n.anchored_at, n.business_day, n.shop_orders, n.erp_orders, n.surplus, n.shop_name, n.erp_name, n.shop_amount, n.erp_amount,
        n.tax_difference, n.within_tolerance, n.recheck_at))
on conflict (tenant_id, group_id) do update set kind = excluded.kind, rule = excluded.rule, anchored_at = excluded.anchored_at,
  business_day = excluded.business_day, shop_orders = excluded.shop_orders, erp_orders = excluded.erp_orders, surplus = excluded.surplus,
  shop_name = excluded.shop_name, erp_name = excluded.erp_name, shop_amount = excluded.shop_amount, erp_amount = excluded.erp_amount,
  tax_difference = excluded.tax_difference, within_tolerance = excluded.within_tolerance, recheck_at = excluded.recheck_at, checked_at = excluded.checked_at
