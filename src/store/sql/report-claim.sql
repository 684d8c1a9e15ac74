-- The report of tenant $1 that is due at instant $3 (now when null), taken for $2 seconds. Two workers never take the same one: the row is
-- looked at again once it is locked, and one that is locked is skipped.
update ops.report_schedules s
set claim = gen_random_uuid(), claimed_until = clock_timestamp() + make_interval(secs => $2::double precision)
from (
  select w.tenant_id, w.id, due.latest
  from ops.report_schedules w
  join public.tenants t on t.id = w.tenant_id and t.status = 'active'
  cross join lateral ops.report_due(w.cadence, w.weekday, w.month_day, w.local_time, t.time_zone, coalesce($3, clock_timestamp())) as due
  where w.tenant_id = $1 and due.latest > w.last_due_on and w.claimed_until <= clock_timestamp() and w.retry_at <= clock_timestamp()
  order by w.last_due_on, w.id
  limit 1
  for update of w skip locked
) as taken
where s.tenant_id = taken.tenant_id and s.id = taken.id
returning s.id, s.claim, s.dashboard, s.cadence, s.route, taken.latest::text as "dueOn"
