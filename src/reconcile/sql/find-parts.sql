-- Flags of groups whose totals agree although something else does not: currency, tax beyond one unit a taxed line, shipping, discount, exempt amounts, other
-- products or quantities (wrong stock later). No money of the bridge: `value` says how much. $1 tenant.
insert into reconcile_finding (class, component, value, group_id, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
with equal as (
  select g.*, l.goods, l.sku_unknown,
    coalesce((t.tax_tolerance ->> g.currency)::numeric, case when g.currency = t.currency then t.smallest else 0.01 end)
      * greatest(coalesce(l.taxed_lines, 1), 1) as tax_tolerance
  from reconcile_group g
  cross join reconcile_terms t
  left join reconcile_lines l on l.group_id = g.group_id
  where g.in_range and g.reason is null and g.sales > 0 and g.pairs > 0 and g.pair_amount = g.shop_amount
    and (g.currency <> g.other_currency or g.d_exempt <> 0 or g.d_tax <> 0 or g.d_shipping <> 0 or l.goods <> 0)
)
select f.class, f.component, f.value, e.group_id, e.shop_ids[1], e.pair_ids[1], e.shop_names[1], e.erp_names[1], e.shop_amount, e.pair_amount,
  e.anchored_at, e.business_day,
  jsonb_strip_nulls(jsonb_build_object('currency', e.currency, 'other_currency', nullif(e.other_currency, e.currency), 'shop_total', trim_scale(e.shop_total), 'erp_total', trim_scale(e.pair_total)))
from equal e
cross join lateral (select e.currency = e.other_currency and e.pair_total = e.shop_total as alike) a
cross join lateral (
  select 'currency' as class, 'total' as component, null::numeric as value where e.currency <> e.other_currency
  union all
  -- What is exempt on one side only changes the tax by itself.
  select 'exempt', 'tax', e.d_exempt where a.alike and abs(e.d_exempt) > e.tax_tolerance
  union all
  select 'tax', 'tax', e.d_tax where a.alike and abs(e.d_tax) > e.tax_tolerance and coalesce(abs(e.d_exempt), 0) <= e.tax_tolerance
  union all
  select 'shipping', 'shipping', e.d_shipping where a.alike and e.d_shipping <> 0
  union all
  select 'lines', 'lines', null where a.alike and e.goods <> 0 and not e.sku_unknown and e.d_shipping = 0
) f
