-- One job for each active tenant whose rules are due, and one for each that has messages to send; by one statement for all. The job
-- keys keep one waiting job of each, however often this runs.
with due as (
  select 'alerts' as job, t.id as tenant_id
  from public.tenants t
  left join ops.alert_evaluations e on e.tenant_id = t.id
  where t.status = 'active' and coalesce(e.next_run_at, '-infinity') <= clock_timestamp()
  union all
  select distinct 'alert_deliveries', d.tenant_id
  from ops.alert_deliveries d
  where d.state = 'waiting' and d.next_try_at <= clock_timestamp() and d.claimed_until <= clock_timestamp()
)
select ops.enqueue(due.job, json_build_object('tenant_id', due.tenant_id), job_key => due.job || ':' || due.tenant_id)
from due
