-- depends:
-- Dashboards: Automatizaciones, Tenant, Ejecutiva
-- Meaning: automations that are switched on now, and beside them those that ran in the rolling last 30 days (móvil) (MEANING 27).
-- Grain: one row per tenant with an n8n whose list of workflows has been read.
-- Unit: automations.
-- Source: public.workflows of the tenant's tag or project; public.workflow_executions for whether they ran; kpi.freshness.
-- Formula: active = active and not archived, now; ran_30_days = those of the list with a production run that began in the last 30 days,
--   whatever their state is now; active_idle = active without one.
-- Debe cuadrar con: n8n, lista de Workflows filtrada por la etiqueta o el proyecto de la empresa y por Active.
-- Bad input: the list was never read whole -> no row (unknown, not 0). An automation of a shared n8n without the tenant's tag is nobody's:
--   kpi status names it to the operator. Deleted in n8n -> not counted, even if it ran. n8n keeps no successes and none failed -> it does
--   not show as run.
-- Explain: select 'workflow' as entity, w.id, case when w.active and not w.archived then 1 else 0 end::numeric as contribution
--   from public.workflows w where w.tenant_id = $1 and w.deleted_at is null and $2::date is not null
create or replace view kpi.automations_active with (security_invoker = true) as
select
  f.tenant_id,
  n.active,
  n.ran_30_days,
  n.active_idle,
  n.total,
  f.as_of
from (
  select x.tenant_id, min(x.covered_until) as as_of
  from kpi.freshness as x
  where x.source = 'n8n' and x.stream = 'workflows'
  group by x.tenant_id
  having count(*) = count(x.covered_until)
) as f
cross join lateral (
  select
    count(*) filter (where w.active and not w.archived) as active,
    count(*) filter (where r.ran) as ran_30_days,
    count(*) filter (where w.active and not w.archived and not r.ran) as active_idle,
    count(*) as total
  from public.workflows as w
  cross join lateral (
    select exists (
      select from public.workflow_executions as e
      where e.tenant_id = w.tenant_id and e.workflow_id = w.id and e.created_at >= now() - interval '30 days' and e.deleted_at is null
    ) as ran
  ) as r
  where w.tenant_id = f.tenant_id and w.deleted_at is null
) as n;

comment on view kpi.automations_active is
'Automatizaciones encendidas ahora (activas y no archivadas, de la etiqueta o el proyecto de la empresa) y, al lado, las que se ejecutaron en los últimos 30 días corridos (móvil). Una fila por empresa con n8n cuya lista se ha leído completa; si no, ninguna fila: no se sabe, no es 0. Debe cuadrar con: n8n, lista de Workflows filtrada por la etiqueta o el proyecto de la empresa y por Active.';
comment on column kpi.automations_active.tenant_id is 'Empresa.';
comment on column kpi.automations_active.active is 'Activas y no archivadas.';
comment on column kpi.automations_active.ran_30_days is 'Con alguna ejecución de producción en los últimos 30 días corridos.';
comment on column kpi.automations_active.active_idle is 'Activas sin ninguna ejecución en esos 30 días.';
comment on column kpi.automations_active.total is 'Todas las que tiene la empresa en n8n.';
comment on column kpi.automations_active.as_of is 'De cuándo es la lista, por el reloj de n8n.';

grant select on kpi.automations_active to kpi_reader, kpi_analyst, kpi_writer;
