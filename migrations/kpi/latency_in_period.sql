-- depends: coverage
-- Dashboards: Automatizaciones
-- Meaning: how long production runs take in a closed period of whole local days.
-- Grain: one row per tenant with an n8n. The mean by automation is in kpi.workflows_in_period.
-- Unit: milliseconds; coverage: share of the period's days.
-- Source: public.workflow_executions by local day of the start (percentiles do not add up over days); kpi.coverage, subject automation.
-- Formula: avg_ms = mean; p50_ms, p95_ms = the shortest duration that at least 50 % or 95 % of the runs do not exceed.
-- Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones, sin las que esperaron; Insights promedia también las caídas.
-- Bad input: running, waiting, canceled and crashed runs, and those once seen waiting, have no duration and are not in. No duration in the
--   period -> runs 0, the rest null. A period not wholly covered -> all null, coverage < 1.
-- Explain: select 'execution' as entity, e.id, e.duration_ms::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.duration_ms is not null and e.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.latency_in_period(first_day date, last_day date)
returns table (
  tenant_id uuid, runs bigint, avg_ms numeric, p50_ms bigint, p95_ms bigint, coverage numeric)
language plpgsql stable security invoker
set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    case when p.share = 1 then d.runs end,
    case when p.share = 1 then d.avg_ms end,
    case when p.share = 1 then d.percentiles[1] end,
    case when p.share = 1 then d.percentiles[2] end,
    p.share
  from (
    select
      c.tenant_id,
      -- Least and greatest pass over nulls, so what covers nothing is told apart first.
      case when c.last_day is null then 0 else greatest(least($2, c.last_day) - greatest($1, c.first_day) + 1, 0) end::numeric
        / nullif(greatest($2 - $1 + 1, 0), 0) as share
    from kpi.coverage as c
    where c.subject = 'automation'
  ) as p
  cross join lateral (
    -- One sort for both percentiles; 100,000 runs take 50 ms, so a roll-up for it would cost more than it saves.
    select
      count(*) as runs,
      round(avg(x.duration_ms), 1) as avg_ms,
      percentile_disc(array[0.5, 0.95]) within group (order by x.duration_ms) as percentiles
    from public.workflow_executions as x
    where x.tenant_id = p.tenant_id and x.business_day between $1 and $2 and x.deleted_at is null and x.duration_ms is not null
  ) as d;
end $$;

comment on function kpi.latency_in_period(date, date) is
'Cuánto tardan las ejecuciones de producción en un período cerrado de días locales completos: promedio, mediana y percentil 95 en milisegundos. Una fila por empresa con n8n; el promedio por automatización está en kpi.workflows_in_period. Sin las que esperaron, se cancelaron, se cayeron o siguen en curso. Si el período no está cubierto por completo, todo es nulo y coverage dice qué parte lo está. Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones, sin las que esperaron; Insights promedia también las caídas.';
revoke execute on function kpi.latency_in_period(date, date) from public;
grant execute on function kpi.latency_in_period(date, date) to kpi_reader, kpi_analyst, kpi_writer;
