-- depends: coverage
-- Dashboards: Automatizaciones, Tenant
-- Meaning: successful production runs of the automations that read documents, Ejecuciones OCR correctas, by local day (MEANING 27). One run
--   may read many pages: they are called documents only where the tenant's rule says how many each run reads.
-- Grain: one row per tenant and local day from the first day known to the last, days without runs included.
-- Unit: executions; documents.
-- Source: kpi.executions_daily of the workflows chosen by the tenant's rule; kpi.coverage, subject automation.
-- Formula: automations = those with the tag tenants.ocr_tag; when the tenant has none, those whose name contains tenants.ocr_name in any
--   case. runs = their successful runs; documents = runs x tenants.ocr_documents_per_run, null without that number.
-- Debe cuadrar con: n8n, lista de ejecuciones correctas del día de esas automatizaciones, sin las manuales.
-- Bad input: no automation matches the rule -> runs null (not 0), automations 0. n8n keeps no successes of one of them -> runs null, its
--   errors counted. A day not wholly covered -> all null, coverage 0. A covered day without runs -> 0. Renamed or tagged later -> its past
--   moves with it; deleted in n8n -> its past is no longer chosen.
-- Explain: select 'execution' as entity, e.id, case when e.status = 'success' then 1 else 0 end::numeric as contribution
--   from public.workflow_executions e join public.workflows w on w.tenant_id = e.tenant_id and w.id = e.workflow_id and w.deleted_at is null
--   join public.tenants t on t.id = e.tenant_id where e.tenant_id = $1 and e.deleted_at is null and e.business_day = $2::date
--   and case when exists (select from public.workflows x where x.tenant_id = $1 and x.deleted_at is null and t.ocr_tag = any(x.tags))
--   then t.ocr_tag = any(w.tags) else position(lower(t.ocr_name) in lower(w.name)) > 0 end
create or replace view kpi.ocr_runs with (security_invoker = true) as
select
  r.tenant_id,
  r.day,
  case when r.covered and cardinality(r.chosen) > 0 and coalesce(d.keeps, true) then coalesce(d.success, 0) end as runs,
  case when r.covered and cardinality(r.chosen) > 0 then coalesce(d.errors, 0) end as errors,
  case when r.covered and cardinality(r.chosen) > 0 and coalesce(d.keeps, true) then coalesce(d.success, 0) * r.per_run end as documents,
  cardinality(r.chosen) as automations,
  case when r.covered then 1 else 0 end::numeric as coverage
from (
  select
    c.tenant_id,
    s.day::date as day,
    coalesce(s.day::date between c.first_day and c.last_day, false) as covered,
    t.ocr_documents_per_run as per_run,
    case when cardinality(w.tagged) > 0 then w.tagged else w.named end as chosen
  from kpi.coverage as c
  join public.tenants as t on t.id = c.tenant_id
  cross join lateral (
    select
      coalesce(array_agg(x.id) filter (where t.ocr_tag = any(x.tags)), '{}') as tagged,
      coalesce(array_agg(x.id) filter (where position(lower(t.ocr_name) in lower(x.name)) > 0), '{}') as named
    from public.workflows as x
    where x.tenant_id = c.tenant_id and x.deleted_at is null
  ) as w
  cross join lateral (
    select min(x.day) as first_run, max(x.day) as last_run from kpi.executions_daily as x where x.tenant_id = c.tenant_id
  ) as k
  cross join lateral generate_series(
    least(k.first_run, case when isfinite(c.first_day) then c.first_day end)::timestamp,
    greatest(k.last_run, c.last_day)::timestamp, interval '1 day') as s(day)
  where c.subject = 'automation'
) as r
left join lateral (
  select sum(x.success)::bigint as success, sum(x.errors)::bigint as errors, bool_and(x.keeps_successes) as keeps
  from kpi.executions_daily as x
  where x.tenant_id = r.tenant_id and x.day = r.day and x.workflow_id = any(r.chosen)
) as d on true;

comment on view kpi.ocr_runs is
'Ejecuciones OCR correctas por día local: ejecuciones de producción de las automatizaciones que leen documentos, según la regla de la empresa (la etiqueta ocr_tag; si ninguna la lleva, el nombre contiene ocr_name). Una ejecución puede leer muchas páginas: documents solo tiene valor si la regla dice cuántos documentos lee cada una. Una fila por empresa y día, también los días sin ejecuciones (0). Nulo si el día no está cubierto, si ninguna automatización cumple la regla o si n8n no guarda las correctas. Debe cuadrar con: n8n, lista de ejecuciones correctas del día de esas automatizaciones, sin las manuales.';
comment on column kpi.ocr_runs.tenant_id is 'Empresa.';
comment on column kpi.ocr_runs.day is 'Día local de inicio.';
comment on column kpi.ocr_runs.runs is 'Ejecuciones OCR correctas.';
comment on column kpi.ocr_runs.errors is 'Con error.';
comment on column kpi.ocr_runs.documents is 'Documentos leídos; nulo si la regla no dice cuántos lee cada ejecución.';
comment on column kpi.ocr_runs.automations is 'Automatizaciones que cumplen la regla.';
comment on column kpi.ocr_runs.coverage is '1 si el día está cubierto por completo, 0 si no.';

grant select on kpi.ocr_runs to kpi_reader, kpi_analyst, kpi_writer;
