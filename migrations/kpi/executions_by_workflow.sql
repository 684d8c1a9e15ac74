-- depends:
-- Dashboards: Automatizaciones, Tenant
-- Meaning: production runs of each automation in the rolling last 30 days (móvil): the numbers of the brief's third query, with a success
--   rate (MEANING 26).
-- Grain: one row per tenant and workflow name that ran in the window; automations of the same name are one row, as in that query.
-- Unit: executions; milliseconds; rate from 0 to 1.
-- Source: public.workflow_executions (production runs only); kpi.executions_daily for whether n8n keeps successful runs.
-- Formula: executions = all rows; errors = status 'error', crashes included; errors_resolved = those that a retry resolved, still errors;
--   avg_duration_ms = mean of the known durations; success_rate = success / (success + error).
-- Debe cuadrar con: la consulta 3 del encargo sin su límite de 10; n8n Insights del mismo período, que no cuenta reintentos de ejecuciones
--   manuales ni las podadas antes de su primera hora.
-- Bad input: no finished run -> success_rate null. n8n does not keep the successes of one of the automations -> null, not 0 %. An
--   automation that is not known (yet) is taken to keep them; one deleted in n8n stays as it was. An error whose retry succeeded is an
--   error. No duration: running, waiting, canceled, crashed, or it once waited.
-- Explain: select 'execution' as entity, e.id, 1::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.created_at >= now() - interval '30 days' and $2::date is not null
create or replace view kpi.executions_by_workflow with (security_invoker = true) as
select
  r.tenant_id,
  r.workflow_name,
  sum(r.executions)::bigint as executions,
  sum(r.duration_ms_sum) / nullif(sum(r.duration_ms_count), 0) as avg_duration_ms,
  sum(r.errors)::bigint as errors,
  sum(r.crashed)::bigint as crashed,
  sum(r.success)::bigint as success,
  case when not bool_or(k.workflow_id is not null) then
    round(sum(r.success) / nullif(sum(r.success) + sum(r.errors), 0), 4)
  end as success_rate,
  count(*) as workflows,
  sum(r.errors_resolved)::bigint as errors_resolved
from (
  select
    e.tenant_id,
    e.workflow_id,
    e.workflow_name,
    count(*) as executions,
    sum(e.duration_ms) as duration_ms_sum,
    count(e.duration_ms) as duration_ms_count,
    count(*) filter (where e.status = 'error') as errors,
    count(*) filter (where e.error_category = 'crash') as crashed,
    count(*) filter (where e.status = 'success') as success,
    count(*) filter (where e.resolved_by_retry) as errors_resolved
  from public.workflow_executions as e
  where e.deleted_at is null and e.created_at >= now() - interval '30 days'
  group by e.tenant_id, e.workflow_id, e.workflow_name
) as r
left join (
  -- From the roll-up and not from the workflows: a reader does not see those that were deleted.
  select distinct d.tenant_id, d.workflow_id
  from kpi.executions_daily as d
  where not d.keeps_successes and d.day >= current_date - 32
) as k on k.workflow_id = r.workflow_id and k.tenant_id is not distinct from r.tenant_id
group by r.tenant_id, r.workflow_name;

comment on view kpi.executions_by_workflow is
'Ejecuciones de producción por automatización en los últimos 30 días corridos (móvil): las cifras de la consulta 3 del encargo, con tasa de éxito. Una fila por empresa y nombre de automatización con ejecuciones; las de igual nombre son una fila. Tasa de éxito = correctas / (correctas + con error); nula si ninguna terminó o si n8n no guarda las correctas. Debe cuadrar con: la consulta 3 sin su límite de 10; n8n Insights del mismo período, que no cuenta reintentos de ejecuciones manuales ni las podadas antes de su primera hora.';
comment on column kpi.executions_by_workflow.tenant_id is 'Empresa.';
comment on column kpi.executions_by_workflow.workflow_name is 'Nombre actual de la automatización.';
comment on column kpi.executions_by_workflow.executions is 'Todas las ejecuciones de la ventana.';
comment on column kpi.executions_by_workflow.avg_duration_ms is 'Promedio de las duraciones conocidas, milisegundos.';
comment on column kpi.executions_by_workflow.errors is 'Con error, caídas incluidas; un error reintentado sigue siendo error.';
comment on column kpi.executions_by_workflow.crashed is 'De ellas, caídas.';
comment on column kpi.executions_by_workflow.success is 'Correctas.';
comment on column kpi.executions_by_workflow.success_rate is 'Correctas / (correctas + con error), de 0 a 1; nula si no se puede saber.';
comment on column kpi.executions_by_workflow.workflows is 'Cuántas automatizaciones llevan ese nombre.';
comment on column kpi.executions_by_workflow.errors_resolved is 'De los errores, los que un reintento resolvió.';

grant select on kpi.executions_by_workflow to kpi_reader, kpi_analyst, kpi_writer;
