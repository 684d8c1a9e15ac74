-- Findings of tenant $1 with what became of them: in states $2, of class $3 (or null), first seen at least $4 days ago (or null), that is number $5
-- (or null), of local days from $6 until $7 (or null), money before flags, largest first, at most $8.
select s.number::text as number, s.key, s.class, s.component, s.state, s.is_there as "isThere", trim_scale(s.amount)::text as amount, trim_scale(s.value)::text as value,
  s.finding ->> 'shop_name' as "shopName", s.finding ->> 'erp_name' as "erpName", s.business_day::text as "businessDay",
  coalesce(s.finding -> 'data', '{}') as data, nullif(s.finding -> 'suggestion', 'null') as suggestion,
  to_char(s.first_seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "firstSeenAt",
  to_char(s.last_seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastSeenAt",
  to_char(s.state_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "stateAt",
  -- In days begun and ended in the tenant's zone; of one that is over, until it was last seen.
  ((case when s.is_there then now() else s.last_seen_at end at time zone t.time_zone)::date - (s.first_seen_at at time zone t.time_zone)::date) as "ageDays",
  s.state_by as "stateBy", s.note
from ops.finding_states s
join public.tenants t on t.id = s.tenant_id
where s.tenant_id = $1::uuid and ($2::text[] is null or s.state = any ($2)) and ($3::text is null or s.class = $3)
  and ($4::integer is null or (now() at time zone t.time_zone)::date - (s.first_seen_at at time zone t.time_zone)::date >= $4)
  and ($5::bigint is null or s.number = $5)
  and ($6::date is null or s.business_day >= $6) and ($7::date is null or s.business_day < $7)
order by s.amount = 0, abs(s.amount) desc, abs(s.value) desc nulls last, s.number
limit $8
