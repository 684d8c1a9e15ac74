-- Schedules of tenant $1 or of all, with what is due next after instant $2 (now when null) and what is due and not made.
select s.id, s.tenant_id as "tenantId", t.rut, t.company_name as "companyName", t.time_zone as "timeZone", s.dashboard, s.cadence, s.weekday,
  s.month_day as "monthDay", to_char(s.local_time, 'HH24:MI') as "localTime", s.route, due.next::text as "nextDueOn", due.next_at as "nextAt",
  case when due.latest > s.last_due_on then due.latest::text end as "waitsFor", s.sent_on::text as "sentOn", s.problem
from ops.report_schedules s
join public.tenants t on t.id = s.tenant_id
cross join lateral ops.report_due(s.cadence, s.weekday, s.month_day, s.local_time, t.time_zone, coalesce($2, clock_timestamp())) as due
where $1::uuid is null or s.tenant_id = $1
order by t.company_name, s.dashboard, s.created_at
