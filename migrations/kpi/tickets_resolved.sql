-- depends: coverage
-- Dashboards: Tenant
-- Meaning: conversations resolved in a closed period, each once, by the day of its last resolution, if it has not been reopened since (MEANING 22).
-- Grain: one row per tenant with a Chatwoot.
-- Unit: conversations; estimated_share and coverage from 0 to 1, coverage cut and not rounded to four decimals.
-- Source: public.conversations.resolved_day; kpi.coverage (subject support).
-- Formula: as kpi.tickets_resolved_by_day, over the local days first_day to last_day, both included.
-- Debe cuadrar con: Chatwoot, Informes, Resoluciones del período (resolutions_count): cuenta eventos, así que una reabierta y resuelta de nuevo
--   está dos veces allí; la nuestra es igual o menor.
-- Bad input: a period that is not wholly covered (today and later are never) -> every measure null, never 0; coverage = days wholly
--   covered / days asked for. A covered period without any -> 0, estimated_share null. last_day before first_day -> measures and coverage null.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.resolved_day
--   = $2 and c.deleted_at is null
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.tickets_resolved(first_day date, last_day date)
  returns table (
    tenant_id uuid, resolved bigint, exact bigint, observed bigint, estimated bigint, estimated_share numeric, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    c.tenant_id,
    case when x.is_covered then n.resolved end,
    case when x.is_covered then n.exact end,
    case when x.is_covered then n.observed end,
    case when x.is_covered then n.estimated end,
    case when x.is_covered then round((n.observed + n.estimated)::numeric / nullif(n.resolved, 0), 4) end,
    x.coverage
  from kpi.coverage as c
  cross join lateral (
    select
      coalesce(tickets_resolved.first_day >= c.first_day and tickets_resolved.last_day <= c.last_day and tickets_resolved.last_day >= tickets_resolved.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when tickets_resolved.last_day >= tickets_resolved.first_day then case when c.last_day is null then 0 else trunc(greatest(
        least(tickets_resolved.last_day, c.last_day) - greatest(tickets_resolved.first_day, c.first_day) + 1, 0)::numeric
          / (tickets_resolved.last_day - tickets_resolved.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      count(*) as resolved,
      count(*) filter (where v.resolved_at_source in ('event', 'webhook')) as exact,
      count(*) filter (where v.resolved_at_source = 'observed') as observed,
      count(*) filter (where v.resolved_at_source = 'activity') as estimated
    from public.conversations as v
    where v.tenant_id = c.tenant_id and v.resolved_day between tickets_resolved.first_day and tickets_resolved.last_day
      and v.deleted_at is null
  ) as n
  where c.subject = 'support';
end $$;

comment on function kpi.tickets_resolved(date, date) is
'Tickets resueltos de un período cerrado de días locales (ambos incluidos): cada conversación una vez, el día de su última resolución, si no se ha reabierto. Una fila por empresa con Chatwoot: resolved, exact (hora exacta), observed (cambio observado), estimated (por la última actividad), estimated_share (parte sin hora exacta, nula si no hubo) y coverage, la parte de los días que está cubierta. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. Debe cuadrar con: Chatwoot, Informes, Resoluciones, que cuenta eventos (una reabierta, dos veces): la nuestra es igual o menor.';

revoke execute on function kpi.tickets_resolved(date, date) from public;
grant execute on function kpi.tickets_resolved(date, date) to kpi_reader, kpi_analyst, kpi_writer;
