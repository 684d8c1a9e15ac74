-- depends:
-- Dashboards: Automatizaciones
-- Meaning: production runs of each automation in the rolling last 30 days: the numbers of the brief's third query, with a success rate
--   (MEANING 26).
-- Grain: one row per tenant and workflow name that ran in the window; automations of the same name are one row, as in that query.
-- Unit: executions; milliseconds.
-- Source: public.workflow_executions (production runs only); public.workflows for whether n8n keeps successful runs.
-- Formula: executions = all rows; errors = status 'error', crashes included; avg_duration_ms = mean of the known durations;
--   success_rate = success / (success + error).
-- Debe cuadrar con: la consulta 3 del encargo sin su límite de 10; n8n Insights, que cuenta los mismos modos salvo los suyos propios.
-- Bad input: no finished run -> success_rate null. n8n does not keep the successes of one of the automations -> null, not 0 %. An
--   automation that is not known (yet) is taken to keep them.
-- Explain: select 'execution' as entity, e.id, 1 as contribution from public.workflow_executions e where e.tenant_id = $1 and
--   e.deleted_at is null and e.created_at >= now() - interval '30 days' and $2::date is not null
create or replace view kpi.executions_by_workflow with (security_invoker = true) as
select
  e.tenant_id,
  e.workflow_name,
  count(*) as executions,
  avg(e.duration_ms) as avg_duration_ms,
  count(*) filter (where e.status = 'error') as errors,
  count(*) filter (where e.error_category = 'crash') as crashed,
  count(*) filter (where e.status = 'success') as success,
  case when bool_and(coalesce(w.saves_successes, true)) then
    round(count(*) filter (where e.status = 'success')::numeric / nullif(count(*) filter (where e.status in ('success', 'error')), 0), 4)
  end as success_rate,
  count(distinct e.workflow_id) as workflows
from public.workflow_executions as e
left join public.workflows as w on w.tenant_id = e.tenant_id and w.id = e.workflow_id
where e.deleted_at is null and e.created_at >= now() - interval '30 days'
group by e.tenant_id, e.workflow_name;

comment on view kpi.executions_by_workflow is
'Ejecuciones de producción por automatización en los últimos 30 días corridos: las cifras de la consulta 3 del encargo, con tasa de éxito. Una fila por empresa y nombre de automatización con ejecuciones; las de igual nombre son una fila. Tasa de éxito = correctas / (correctas + con error); nula si ninguna terminó o si n8n no guarda las correctas. Debe cuadrar con: la consulta 3 sin su límite de 10; n8n Insights, que cuenta los mismos modos salvo los suyos propios.';
comment on column kpi.executions_by_workflow.tenant_id is 'Empresa.';
comment on column kpi.executions_by_workflow.workflow_name is 'Nombre actual de la automatización.';
comment on column kpi.executions_by_workflow.executions is 'Todas las ejecuciones de la ventana.';
comment on column kpi.executions_by_workflow.avg_duration_ms is 'Promedio de las duraciones conocidas, milisegundos.';
comment on column kpi.executions_by_workflow.errors is 'Con error, caídas incluidas; un error reintentado sigue siendo error.';
comment on column kpi.executions_by_workflow.crashed is 'De ellas, caídas.';
comment on column kpi.executions_by_workflow.success is 'Correctas.';
comment on column kpi.executions_by_workflow.success_rate is 'Correctas / (correctas + con error), de 0 a 1; nula si no se puede saber.';
comment on column kpi.executions_by_workflow.workflows is 'Cuántas automatizaciones llevan ese nombre.';

grant select on kpi.executions_by_workflow to kpi_reader, kpi_analyst, kpi_writer;
