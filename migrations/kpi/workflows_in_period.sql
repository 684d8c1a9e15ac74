-- depends: coverage
-- Dashboards: Automatizaciones
-- Meaning: production runs of each automation in a closed period of whole local days, with its success rate (MEANING 26).
-- Grain: one row per tenant and automation that ran in the period.
-- Unit: executions; milliseconds; rate from 0 to 1; coverage: share of the period's days.
-- Source: kpi.executions_daily; public.workflow_executions for the present name; kpi.coverage, subject automation.
-- Formula: sums over the days first_day to last_day, both included; success_rate = success / (success + errors); avg_duration_ms = mean of
--   the known durations.
-- Debe cuadrar con: n8n, lista de ejecuciones filtrada por automatización y fechas, sin las manuales.
-- Bad input: a period not wholly covered -> every measure null, coverage < 1. n8n does not keep the automation's successes -> success and
--   success_rate null, not 0. A renamed automation has its present name for all of its runs.
-- Explain: select 'execution' as entity, e.id, 1::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.workflows_in_period(first_day date, last_day date)
returns table (
  tenant_id uuid, workflow_id uuid, workflow_name text, executions bigint, success bigint, errors bigint, errors_resolved bigint,
  crashed bigint, canceled bigint, running bigint, success_rate numeric, avg_duration_ms numeric, coverage numeric)
language plpgsql stable security invoker
set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    d.workflow_id,
    n.workflow_name,
    case when p.share = 1 then d.executions end,
    case when p.share = 1 and d.keeps then d.success end,
    case when p.share = 1 then d.errors end,
    case when p.share = 1 then d.errors_resolved end,
    case when p.share = 1 then d.crashed end,
    case when p.share = 1 then d.canceled end,
    case when p.share = 1 then d.running end,
    case when p.share = 1 and d.keeps then round(d.success::numeric / nullif(d.success + d.errors, 0), 4) end,
    case when p.share = 1 then d.avg_duration_ms end,
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
    select
      x.workflow_id,
      sum(x.executions)::bigint as executions,
      sum(x.success)::bigint as success,
      sum(x.errors)::bigint as errors,
      sum(x.errors_resolved)::bigint as errors_resolved,
      sum(x.crashed)::bigint as crashed,
      sum(x.canceled)::bigint as canceled,
      sum(x.running)::bigint as running,
      sum(x.duration_ms_sum) / nullif(sum(x.duration_ms_count), 0) as avg_duration_ms,
      bool_and(x.keeps_successes) as keeps
    from kpi.executions_daily as x
    where x.tenant_id = p.tenant_id and x.day between $1 and $2
    group by x.workflow_id
  ) as d
  -- From a run and not from the workflow, which a reader does not see once it was deleted.
  left join lateral (
    select e.workflow_name from public.workflow_executions as e
    where e.tenant_id = p.tenant_id and e.workflow_id = d.workflow_id and e.deleted_at is null
    order by e.created_at desc limit 1
  ) as n on true;
end $$;

comment on function kpi.workflows_in_period(date, date) is
'Ejecuciones de producción de cada automatización en un período cerrado de días locales completos, con su tasa de éxito y su duración promedio. Una fila por empresa y automatización que se ejecutó. Si el período no está cubierto por completo, todo es nulo y coverage dice qué parte lo está. Si n8n no guarda las ejecuciones correctas de la automatización, success y success_rate son nulos, no 0. Debe cuadrar con: n8n, lista de ejecuciones filtrada por automatización y fechas, sin las manuales.';
revoke execute on function kpi.workflows_in_period(date, date) from public;
grant execute on function kpi.workflows_in_period(date, date) to kpi_reader, kpi_analyst, kpi_writer;
