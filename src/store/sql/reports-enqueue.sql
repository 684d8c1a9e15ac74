-- One job for each active tenant with a report that is due and that nobody is at; by one statement for all. The job key keeps one waiting
-- job of each, however often this runs.
select ops.enqueue('reports', json_build_object('tenant_id', due.tenant_id), job_key => 'reports:' || due.tenant_id)
from (
  select distinct s.tenant_id
  from ops.report_schedules s
  join public.tenants t on t.id = s.tenant_id and t.status = 'active'
  cross join lateral ops.report_due(s.cadence, s.weekday, s.month_day, s.local_time, t.time_zone, clock_timestamp()) as day
  where day.latest > s.last_due_on and s.claimed_until <= clock_timestamp() and s.retry_at <= clock_timestamp()
) as due
