-- The comparisons of tenant $1 that were kept, the newest first, at most $2.
select r.id,
  to_char(r.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "asOf",
  to_char(r.range_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "from",
  to_char(r.range_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "until",
  to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
  r.currency, r.shop_orders::integer as "shopOrders", trim_scale(r.shop_amount)::text as "shopAmount",
  r.erp_orders::integer as "erpOrders", trim_scale(r.erp_amount)::text as "erpAmount", trim_scale(r.remainder)::text as remainder
from ops.reconciliations r
where r.tenant_id = $1::uuid
order by r.created_at desc, r.id
limit $2
