-- Errors among the production runs that ended, over the last hours (MEANING 26): of all automations together or of each. Automations of
-- which n8n keeps no successful runs have no rate and are left out. Fewer runs than the sample are no rate either: that is within the
-- limit, not unknown, or an automation switched off after a bad day would ring for ever.
-- $1 tenant, $2 {threshold, window_hours, min_sample, by}.
with late as (
  select count(*) as streams, bool_or(f.is_stale) as stale
  from kpi.freshness_now f
  where f.tenant_id = $1 and f.source = 'n8n' and f.stream = 'executions'
),
runs as (
  select e.workflow_id, max(e.workflow_name) as name,
    count(*) filter (where e.status = 'error') as errors, count(*) as ended
  from public.workflow_executions e
  where e.tenant_id = $1 and e.deleted_at is null and e.status in ('success', 'error')
    and e.created_at >= now() - make_interval(hours => ($2::jsonb ->> 'window_hours')::integer)
    and not exists (select from kpi.executions_daily d
      where d.tenant_id = $1 and d.workflow_id = e.workflow_id and not d.keeps_successes and d.day >= current_date - 32)
  group by e.workflow_id
),
subjects as (
  select case when $2::jsonb ->> 'by' = 'workflow' then r.workflow_id::text else 'todas' end as subject,
    case when $2::jsonb ->> 'by' = 'workflow' then max(coalesce(r.name, 'sin nombre')) else 'todas las automatizaciones' end as title,
    sum(r.errors) as errors, sum(r.ended) as ended,
    (array_agg(jsonb_build_array(coalesce(r.name, 'sin nombre'), r.errors, r.ended, round(r.errors::numeric / r.ended, 4))
      order by r.errors desc, r.ended, r.workflow_id))[1:10] as cells
  from runs r
  group by 1
)
select s.subject, s.title, null::text as occasion, trim_scale(round(s.errors / s.ended, 4))::text as value,
  s.ended >= ($2::jsonb ->> 'min_sample')::numeric and s.errors / s.ended > ($2::jsonb ->> 'threshold')::numeric as breach,
  null::text as because, to_jsonb(s.cells) as cells
from subjects s cross join late l
where l.streams > 0 and not l.stale
union all
select '*', 'Automatizaciones', null, null, null, 'las ejecuciones de n8n no están al día', '[]'
from late l where l.stale
