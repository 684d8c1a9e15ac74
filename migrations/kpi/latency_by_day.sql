-- depends: coverage
-- Dashboards: Automatizaciones
-- Meaning: how long production runs take, by local day: mean, median and 95th percentile.
-- Grain: one row per tenant and local day on which a run of known duration began, and each covered day without one.
-- Unit: milliseconds.
-- Source: kpi.execution_latency_daily; kpi.coverage, subject automation.
-- Formula: avg_ms = sum / runs; p50_ms, p95_ms = the shortest duration that at least 50 % or 95 % of the runs do not exceed.
-- Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones del día, sin las que esperaron; Insights promedia también las caídas.
-- Bad input: running, waiting, canceled and crashed runs, and those once seen waiting, have no duration and are not in. A covered day without
--   a duration -> runs 0, the rest null. A day not covered -> all null, coverage 0. Percentiles of days must not be averaged: for a period
--   use kpi.latency_in_period.
-- Explain: select 'execution' as entity, e.id, e.duration_ms::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.duration_ms is not null and e.business_day = $2::date
create or replace view kpi.latency_by_day with (security_invoker = true) as
select
  r.tenant_id,
  r.day,
  case when r.covered then coalesce(d.runs, 0) end as runs,
  case when r.covered then round(d.duration_ms_sum::numeric / nullif(d.runs, 0), 1) end as avg_ms,
  case when r.covered then d.p50_ms end as p50_ms,
  case when r.covered then d.p95_ms end as p95_ms,
  case when r.covered then 1 else 0 end::numeric as coverage
from (
  select c.tenant_id, s.day::date as day, coalesce(s.day::date between c.first_day and c.last_day, false) as covered
  from kpi.coverage as c
  cross join lateral (
    select min(x.day) as first_run, max(x.day) as last_run from kpi.executions_daily as x where x.tenant_id = c.tenant_id
  ) as k
  cross join lateral generate_series(
    least(k.first_run, case when isfinite(c.first_day) then c.first_day end)::timestamp,
    greatest(k.last_run, c.last_day)::timestamp, interval '1 day') as s(day)
  where c.subject = 'automation'
) as r
-- Day by day ("offset 0"), by the key: the planner takes the days of a tenant to be few and would compare each with each.
left join lateral (
  select x.runs, x.duration_ms_sum, x.p50_ms, x.p95_ms
  from kpi.execution_latency_daily as x
  where x.tenant_id = r.tenant_id and x.day = r.day
  offset 0
) as d on true;

comment on view kpi.latency_by_day is
'Cuánto tardan las ejecuciones de producción, por día local de inicio: promedio, mediana y percentil 95 en milisegundos. Una fila por empresa y día; un día cubierto sin duraciones tiene runs 0 y lo demás nulo; uno no cubierto, todo nulo. Sin las que esperaron, se cancelaron, se cayeron o siguen en curso. Los percentiles de varios días no se promedian: para un período, kpi.latency_in_period. Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones del día, sin las que esperaron; Insights promedia también las caídas.';
comment on column kpi.latency_by_day.tenant_id is 'Empresa.';
comment on column kpi.latency_by_day.day is 'Día local de inicio.';
comment on column kpi.latency_by_day.runs is 'Ejecuciones con duración conocida.';
comment on column kpi.latency_by_day.avg_ms is 'Promedio, milisegundos.';
comment on column kpi.latency_by_day.p50_ms is 'Mediana, milisegundos.';
comment on column kpi.latency_by_day.p95_ms is 'Percentil 95, milisegundos.';
comment on column kpi.latency_by_day.coverage is '1 si el día está cubierto por completo, 0 si no.';

grant select on kpi.latency_by_day to kpi_reader, kpi_analyst, kpi_writer;
