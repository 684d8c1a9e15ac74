-- depends: coverage
-- Dashboards: Automatizaciones, Tenant, Ejecutiva
-- Meaning: production runs of a closed period of whole local days with their success rate (MEANING 26).
-- Grain: one row per tenant with an n8n, whether anything ran or not.
-- Unit: executions; rate from 0 to 1; coverage: share of the period's days.
-- Source: kpi.executions_daily; kpi.coverage, subject automation.
-- Formula: sums over the days first_day to last_day, both included; success_rate = success / (success + errors) of the automations of which
--   n8n keeps the successful runs; errors_without_rate = errors of the others.
-- Debe cuadrar con: n8n Insights del período, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.
-- Bad input: a period not wholly covered (today is never) -> every measure null, coverage < 1. Nothing ended -> success_rate null. Last day
--   before the first -> no measure, coverage null.
-- Explain: select 'execution' as entity, e.id, 1::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.executions_in_period(first_day date, last_day date)
returns table (
  tenant_id uuid, executions bigint, success bigint, errors bigint, errors_resolved bigint, crashed bigint, canceled bigint, running bigint,
  success_rate numeric, errors_without_rate bigint, coverage numeric)
language plpgsql stable security invoker
set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    case when p.share = 1 then coalesce(d.executions, 0) end,
    case when p.share = 1 then coalesce(d.success, 0) end,
    case when p.share = 1 then coalesce(d.errors, 0) end,
    case when p.share = 1 then coalesce(d.errors_resolved, 0) end,
    case when p.share = 1 then coalesce(d.crashed, 0) end,
    case when p.share = 1 then coalesce(d.canceled, 0) end,
    case when p.share = 1 then coalesce(d.running, 0) end,
    case when p.share = 1 then round(d.rated_success / nullif(d.rated_success + d.rated_errors, 0), 4) end,
    case when p.share = 1 then coalesce(d.errors - d.rated_errors, 0)::bigint end,
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
      sum(x.executions)::bigint as executions,
      sum(x.success)::bigint as success,
      sum(x.errors)::bigint as errors,
      sum(x.errors_resolved)::bigint as errors_resolved,
      sum(x.crashed)::bigint as crashed,
      sum(x.canceled)::bigint as canceled,
      sum(x.running)::bigint as running,
      coalesce(sum(x.success) filter (where x.keeps_successes), 0) as rated_success,
      coalesce(sum(x.errors) filter (where x.keeps_successes), 0) as rated_errors
    from kpi.executions_daily as x
    where x.tenant_id = p.tenant_id and x.day between $1 and $2
  ) as d;
end $$;

comment on function kpi.executions_in_period(date, date) is
'Ejecuciones de producción de un período cerrado de días locales completos, con su tasa de éxito. Una fila por empresa con n8n. Si el período no está cubierto por completo (hoy nunca lo está), todo es nulo y coverage dice qué parte lo está. La tasa es de las automatizaciones cuyas ejecuciones correctas guarda n8n; los errores de las demás van en errors_without_rate. Debe cuadrar con: n8n Insights del período, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.';
revoke execute on function kpi.executions_in_period(date, date) from public;
grant execute on function kpi.executions_in_period(date, date) to kpi_reader, kpi_analyst, kpi_writer;
