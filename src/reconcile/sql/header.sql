-- One stored comparison: the one with id $2, or the latest of the tenant. Text forms are made here, so that no driver setting matters.
select r.id, r.tenant_id as "tenantId",
  to_char(r.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "asOf",
  to_char(r.range_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "from",
  to_char(r.range_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "until",
  to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
  r.currency, r.shop_orders::integer as "shopOrders", trim_scale(r.shop_amount)::text as "shopAmount",
  r.erp_orders::integer as "erpOrders", trim_scale(r.erp_amount)::text as "erpAmount", trim_scale(r.remainder)::text as remainder, r.warnings,
  to_char(r.shop_as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "shopAsOf",
  to_char(r.erp_as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "erpAsOf", r.settings
from ops.reconciliations r
where r.tenant_id = $1 and ($2::uuid is null or r.id = $2)
order by r.created_at desc, r.id
limit 1
