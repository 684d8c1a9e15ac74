-- What follows from runs, for the local days $2 (null: all): kpi.executions_daily and kpi.execution_latency_daily, each the part of its name.
-- Touch key: local day of the start. One statement makes both of a batch, so that the runs of a day are read once.
with runs as (
  select e.business_day as day, e.workflow_id, e.status, e.resolved_by_retry, e.error_category, e.duration_ms
  from public.workflow_executions e
  where e.tenant_id = $1 and e.deleted_at is null and ($2::date[] is null or e.business_day = any($2::date[]))
),
executions as (
  select $1::uuid as tenant_id, r.*,
    -- A workflow that has not arrived is taken to keep them; one that was deleted still says what it did.
    coalesce(w.saves_successes, true) as keeps_successes
  from (
    select r.day, r.workflow_id, count(*) as executions, count(*) filter (where r.status = 'success') as success,
      count(*) filter (where r.status = 'error') as errors, count(*) filter (where r.resolved_by_retry) as errors_resolved,
      count(*) filter (where r.error_category = 'crash') as crashed, count(*) filter (where r.status = 'canceled') as canceled,
      count(*) filter (where r.status in ('running', 'waiting')) as running, coalesce(sum(r.duration_ms), 0)::bigint as duration_ms_sum,
      count(r.duration_ms) as duration_ms_count
    from runs r
    group by r.day, r.workflow_id
  ) r
  left join (select x.id, x.saves_successes from public.workflows x where x.tenant_id = $1 offset 0) w on w.id = r.workflow_id
),
-- Of days with a known duration only.
latency as (
  select $1::uuid as tenant_id, r.day, count(*) as runs, sum(r.duration_ms)::bigint as duration_ms_sum,
    (percentile_disc(0.5) within group (order by r.duration_ms))::bigint as p50_ms,
    (percentile_disc(0.95) within group (order by r.duration_ms))::bigint as p95_ms
  from runs r
  where r.duration_ms is not null
  group by r.day
)
