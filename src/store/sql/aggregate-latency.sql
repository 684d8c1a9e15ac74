-- kpi.execution_latency_daily from the facts, for the local days $2 (null: all). Touch key: local day of the start.
select $1::uuid as tenant_id, e.business_day as day, count(*) as runs, sum(e.duration_ms)::bigint as duration_ms_sum,
  (percentile_disc(0.5) within group (order by e.duration_ms))::bigint as p50_ms,
  (percentile_disc(0.95) within group (order by e.duration_ms))::bigint as p95_ms
from public.workflow_executions e
where e.tenant_id = $1 and e.deleted_at is null and e.duration_ms is not null and ($2::date[] is null or e.business_day = any($2::date[]))
group by e.business_day
