-- Puts what was found into ops.open_findings: what is no longer so goes, what is new comes, what changed says when. $1 tenant, $2 whether
-- everything was compared. Returns how many there were of each.
with gone as (
  delete from ops.open_findings f
  where f.tenant_id = $1::uuid and ($2::boolean or f.group_id = any (array(select id from reconcile_scope)))
    and not exists (select from reconcile_finding n where n.key = f.key)
  returning 1
),
kept as (
  insert into ops.open_findings as k (tenant_id, key, class, amount, component, value, group_id, shop_order_id, erp_order_id, erp_order_ids, refund_id, invoice_id,
    shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data, suggestion, first_seen_at, changed_at)
  select $1, f.key, f.class, f.amount, f.component, f.value, f.group_id, f.shop_order_id, f.erp_order_id, f.erp_order_ids, f.refund_id, f.invoice_id,
    f.shop_name, f.erp_name, f.shop_amount, f.erp_amount, f.anchored_at, f.business_day, f.data, f.suggestion, t.as_of, t.as_of
  from reconcile_finding f
  cross join reconcile_terms t
  on conflict (tenant_id, key) do update set amount = excluded.amount, component = excluded.component, value = excluded.value, group_id = excluded.group_id,
    erp_order_ids = excluded.erp_order_ids, shop_name = excluded.shop_name, erp_name = excluded.erp_name, shop_amount = excluded.shop_amount,
    erp_amount = excluded.erp_amount, anchored_at = excluded.anchored_at, business_day = excluded.business_day, data = excluded.data,
    suggestion = excluded.suggestion,
    changed_at = case when (k.amount, k.value, k.data) is distinct from (excluded.amount, excluded.value, excluded.data) then excluded.changed_at else k.changed_at end
  where (k.amount, k.component, k.value, k.group_id, k.erp_order_ids, k.shop_name, k.erp_name, k.shop_amount, k.erp_amount, k.anchored_at, k.business_day, k.data,
      k.suggestion)
    is distinct from (excluded.amount, excluded.component, excluded.value, excluded.group_id, excluded.erp_order_ids, excluded.shop_name, excluded.erp_name,
      excluded.shop_amount, excluded.erp_amount, excluded.anchored_at, excluded.business_day, excluded.data, excluded.suggestion)
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::integer as found, count(*) filter (where not is_new)::integer as changed, (select count(*)::integer from gone) as gone from kept
