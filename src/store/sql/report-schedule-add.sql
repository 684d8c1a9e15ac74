-- A schedule of tenant $1. What was due before it was made counts as done with: the first report is the next.
insert into ops.report_schedules
  (tenant_id, id, dashboard, cadence, weekday, month_day, local_time, route, created_by, last_due_on)
select t.id, $2, $3, $4, $5, $6, $7, $8, $9, due.latest
from public.tenants t
cross join lateral ops.report_due($4::text, $5::smallint, $6::smallint, $7::time, t.time_zone, clock_timestamp()) as due
where t.id = $1
