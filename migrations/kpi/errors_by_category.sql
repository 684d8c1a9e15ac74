-- depends: coverage
-- Dashboards: Automatizaciones, Tenant
-- Meaning: failed production runs by kind of error, local day and automation.
-- Grain: one row per tenant, local day, automation and category in which something failed.
-- Unit: executions.
-- Source: public.workflow_executions with status error; kpi.coverage, subject automation.
-- Formula: count of the runs; resolved = those whose retry ended well, still errors.
-- Debe cuadrar con: n8n, lista de ejecuciones con estado Error y Crashed del día, sin las manuales; kpi.executions_by_day.errors del mismo día.
-- Bad input: n8n no longer had the run's data when it was read -> category unknown. A day not wholly covered -> errors and resolved null,
--   coverage 0. An error that a node swallowed (continue on fail) is a success in n8n and is not here.
-- Explain: select 'execution' as entity, e.id, 1::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.status = 'error' and e.business_day = $2::date
create or replace view kpi.errors_by_category with (security_invoker = true) as
select
  r.tenant_id,
  r.day,
  r.workflow_id,
  r.workflow_name,
  r.category,
  case when r.day between c.first_day and c.last_day then r.errors end as errors,
  case when r.day between c.first_day and c.last_day then r.resolved end as resolved,
  case when r.day between c.first_day and c.last_day then 1 else 0 end::numeric as coverage
from (
  select
    e.tenant_id,
    e.business_day as day,
    e.workflow_id,
    max(e.workflow_name) as workflow_name,
    coalesce(e.error_category, 'unknown') as category,
    count(*) as errors,
    count(*) filter (where e.resolved_by_retry) as resolved
  from public.workflow_executions as e
  where e.deleted_at is null and e.status = 'error'
  group by e.tenant_id, e.business_day, e.workflow_id, coalesce(e.error_category, 'unknown')
) as r
left join kpi.coverage as c on c.tenant_id = r.tenant_id and c.subject = 'automation';

comment on view kpi.errors_by_category is
'Ejecuciones de producción con error por tipo, día local y automatización. Una fila por combinación en que algo falló. Tipos: auth, not_found, rate_limit, upstream, client, network, timeout, code, validation, crash, other; unknown si n8n ya no tenía el detalle. resolved = las que un reintento resolvió: siguen siendo errores. Un día no cubierto por completo tiene errors nulo. Debe cuadrar con: n8n, lista de ejecuciones con estado Error y Crashed del día, sin las manuales; kpi.executions_by_day.errors del mismo día.';
comment on column kpi.errors_by_category.tenant_id is 'Empresa.';
comment on column kpi.errors_by_category.day is 'Día local de inicio.';
comment on column kpi.errors_by_category.workflow_id is 'Automatización (workflows.id).';
comment on column kpi.errors_by_category.workflow_name is 'Su nombre actual.';
comment on column kpi.errors_by_category.category is 'Tipo de error.';
comment on column kpi.errors_by_category.errors is 'Ejecuciones con error.';
comment on column kpi.errors_by_category.resolved is 'De ellas, las que un reintento resolvió.';
comment on column kpi.errors_by_category.coverage is '1 si el día está cubierto por completo, 0 si no.';

grant select on kpi.errors_by_category to kpi_reader, kpi_analyst, kpi_writer;
