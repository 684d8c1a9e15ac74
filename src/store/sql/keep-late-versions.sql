-- Adds what older versions tell ($2 id, $3 start, $4 whether it waits; $5 time zone) to the stored runs. Returns their local days.
update public.$table e
set created_at = least(e.created_at, k.created_at),
    business_day = (least(e.created_at, k.created_at) at time zone $5::text)::date,
    waited = e.waited or k.waited,
    duration_ms = case when not (e.waited or k.waited) then e.duration_ms end
from (
  select u.id, min(u.created_at) as created_at, bool_or(u.waited) as waited
  from unnest($2::uuid[], $3::timestamptz[], $4::boolean[]) as u(id, created_at, waited)
  group by u.id
) k
where e.tenant_id = $1 and e.id = k.id and (k.created_at < e.created_at or (k.waited and not e.waited))
returning e.business_day::text as day
