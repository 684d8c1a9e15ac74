-- Which runs an older version ($2 id, $3 start, $4 whether it waits) still tells something about, and their local days as stored.
select distinct e.id, e.business_day::text as day
from unnest($2::uuid[], $3::timestamptz[], $4::boolean[]) as k(id, created_at, waited)
cross join lateral (
  select x.id, x.business_day, x.created_at, x.waited from public.$table x where x.tenant_id = $1 and x.id = k.id offset 0) e
where k.created_at < e.created_at or (k.waited and not e.waited)
