-- The first $3 findings of comparison $2; of class $4 alone when it is named.
select f.finding, f.key, f.class, f.component, trim_scale(f.amount)::text as amount, trim_scale(f.value)::text as value, f.group_id as "groupId",
  f.shop_order_id as "shopOrderId", f.erp_order_id as "erpOrderId", f.erp_order_ids as "erpOrderIds", f.shop_name as "shopName", f.erp_name as "erpName",
  trim_scale(f.shop_amount)::text as "shopAmount", trim_scale(f.erp_amount)::text as "erpAmount", f.business_day::text as "businessDay", f.data, f.suggestion,
  f.explanation
from ops.findings f
where f.tenant_id = $1 and f.reconciliation_id = $2 and ($4::text is null or f.class = $4)
order by f.finding
limit $3
