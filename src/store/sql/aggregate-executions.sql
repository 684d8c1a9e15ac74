-- kpi.executions_daily from the facts, for the local days $2 (null: all). Touch key: local day of the start.
select $1::uuid as tenant_id, r.*,
  -- A workflow that has not arrived is taken to keep them; one that was deleted still says what it did.
  coalesce(w.saves_successes, true) as keeps_successes
from (
  select e.business_day as day, e.workflow_id, count(*) as executions, count(*) filter (where e.status = 'success') as success,
    count(*) filter (where e.status = 'error') as errors, count(*) filter (where e.resolved_by_retry) as errors_resolved,
    count(*) filter (where e.error_category = 'crash') as crashed, count(*) filter (where e.status = 'canceled') as canceled,
    count(*) filter (where e.status in ('running', 'waiting')) as running, coalesce(sum(e.duration_ms), 0)::bigint as duration_ms_sum,
    count(e.duration_ms) as duration_ms_count
  from public.workflow_executions e
  where e.tenant_id = $1 and e.deleted_at is null and ($2::date[] is null or e.business_day = any($2::date[]))
  group by e.business_day, e.workflow_id
) r
left join (select x.id, x.saves_successes from public.workflows x where x.tenant_id = $1 offset 0) w on w.id = r.workflow_id
