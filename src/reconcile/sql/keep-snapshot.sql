-- Stores the comparison under id $2: its header, its bridge by class and its findings, each as they are now. $1 tenant, $3..$6 the two sides
-- (orders and amounts of the shop, of the books), $7 warnings, $8 the classes in the order in which they are decided.
with class as (
  select f.class, count(*) as findings, count(*) filter (where f.amount = 0) as flags, sum(f.amount) as amount, sum(f.value) as value
  from reconcile_finding f
  group by f.class
),
-- Taxes within the tolerance are counted and summed, without a finding each.
rounding as (
  select 'rounding' as class, count(*) as findings, count(*) as flags, 0::numeric as amount, sum(r.tax) as value from reconcile_rounding r having count(*) > 0
),
header as (
  insert into ops.reconciliations
    (tenant_id, id, as_of, range_from, range_until, currency, shop_orders, shop_amount, erp_orders, erp_amount, remainder, warnings, shop_as_of, erp_as_of, settings)
  select $1::uuid, $2::uuid, t.as_of, t.range_from, t.range_until, t.currency, $3::bigint, $4::numeric, $5::bigint, $6::numeric,
    $6 - $4 - coalesce((select sum(c.amount) from class c), 0), $7::jsonb, t.shop_as_of, t.erp_as_of,
    jsonb_strip_nulls(jsonb_build_object('grace_minutes', extract(epoch from t.grace)::integer / 60, 'days', t.days, 'from', t.starts_on, 'pos', t.pos_counts,
      'total_tolerance', t.total_tolerance, 'tax_tolerance', t.tax_tolerance, 'document_expected', t.document_expected, 'invoices_elsewhere', t.invoices_elsewhere))
  from reconcile_terms t
),
classes as (
  insert into ops.reconciliation_classes (tenant_id, reconciliation_id, class, findings, flags, amount, value)
  select $1, $2, x.class, sum(x.findings), sum(x.flags), sum(x.amount), sum(x.value)
  from (select * from class union all select * from rounding) x
  group by x.class
)
insert into ops.findings
  (tenant_id, reconciliation_id, finding, key, class, component, amount, value, group_id, shop_order_id, erp_order_id, erp_order_ids, refund_id, invoice_id, shop_name,
   erp_name, shop_amount, erp_amount, business_day, data, suggestion)
select $1, $2,
  row_number() over (order by f.amount = 0, array_position($8::text[], f.class), abs(f.amount) desc, abs(f.value) desc nulls last, f.business_day, f.shop_name, f.erp_name, f.key),
  f.key, f.class, f.component, f.amount, f.value, f.group_id, f.shop_order_id, f.erp_order_id, f.erp_order_ids, f.refund_id, f.invoice_id, f.shop_name, f.erp_name,
  f.shop_amount, f.erp_amount, f.business_day, f.data, f.suggestion
from reconcile_finding f
