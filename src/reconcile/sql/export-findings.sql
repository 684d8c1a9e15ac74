-- Every finding of comparison $2 of tenant $1 in the order of its numbers, with the orders it is about and what was said of it: as of now, or,
-- of a closed month, as of the instant $3 of its closing, whatever was said since.
declare export_findings no scroll cursor for
select f.finding, f.class, f.component, trim_scale(f.amount)::text as amount, trim_scale(f.value)::text as value, f.shop_name as "shopName", f.erp_name as "erpName",
  trim_scale(f.shop_amount)::text as "shopAmount", trim_scale(f.erp_amount)::text as "erpAmount", f.business_day::text as "businessDay", f.data, f.suggestion,
  f.explanation, shop.connection_id as "shopConnectionId", shop.source_id as "shopSourceId", erp.connection_id as "erpConnectionId", erp.source_id as "erpSourceId",
  s.number::text as number, coalesce(e.state, case when $3::timestamptz is null then s.state end) as state, coalesce(e.actor, case when $3::timestamptz is null then s.state_by end) as "stateBy",
  coalesce(w.note, case when $3::timestamptz is null then s.note end) as note,
  to_char(s.first_seen_at at time zone t.time_zone, 'YYYY-MM-DD HH24:MI') as "firstSeen",
  -- The comparison of a closing has seen each of its findings.
  to_char(case when s.key is not null then coalesce($3::timestamptz, s.last_seen_at) end at time zone t.time_zone, 'YYYY-MM-DD HH24:MI') as "lastSeen",
  ((coalesce($3::timestamptz, case when s.is_there then now() else s.last_seen_at end) at time zone t.time_zone)::date - (s.first_seen_at at time zone t.time_zone)::date) as "ageDays"
from ops.findings f
join public.tenants t on t.id = f.tenant_id
left join public.source_orders shop on shop.tenant_id = f.tenant_id and shop.id = f.shop_order_id
left join public.source_orders erp on erp.tenant_id = f.tenant_id and erp.id = coalesce(f.erp_order_id, f.erp_order_ids[1])
left join ops.finding_states s on s.tenant_id = f.tenant_id and s.key = f.key and ($3::timestamptz is null or s.first_seen_at <= $3::timestamptz)
-- Of a closed month, what the history says until then.
left join lateral (
  select v.state, v.actor from ops.finding_events v
  where $3::timestamptz is not null and v.tenant_id = s.tenant_id and v.number = s.number and v.happened_at <= $3::timestamptz
  order by v.id desc limit 1
) e on true
left join lateral (
  select v.note from ops.finding_events v
  where $3::timestamptz is not null and v.tenant_id = s.tenant_id and v.number = s.number and v.happened_at <= $3::timestamptz and v.note is not null
  order by v.id desc limit 1
) w on true
where f.tenant_id = $1::uuid and f.reconciliation_id = $2::uuid
order by f.finding
