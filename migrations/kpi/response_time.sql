-- depends: coverage
-- Dashboards: Tenant, Soporte
-- Meaning: mean, median and p90 of the waits that ended in a period by a person's public reply, first replies included; and of the first
--   responses (MEANING 23).
-- Grain: one row per tenant with a Chatwoot, for the local days first_day to last_day, both included.
-- Unit: seconds (business_*: within the opening hours of the inbox).
-- Source: kpi.waits, kpi.coverage.
-- Formula: as kpi.response_time_by_day, over all waits that ended in the period; running = waits that run now, in none of the means.
-- Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente y Primer tiempo de respuesta del período; las nuestras incluyen
--   ambas en average_seconds.
-- Bad input: a period that is not wholly covered (today never is) -> every measure null, coverage = the share of its days that is; no
--   reply in it -> averages null; last_day before first_day -> coverage null.
-- Explain: select 'conversation' as entity, w.conversation_id as id, w.wall_seconds as contribution from kpi.waits w where w.tenant_id =
--   $1 and w.day = $2
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.response_time(first_day date, last_day date)
  returns table (tenant_id uuid, replies bigint, average_seconds numeric, median_seconds numeric, p90_seconds numeric, business_replies bigint,
    business_average_seconds numeric, business_median_seconds numeric, business_p90_seconds numeric, first_responses bigint,
    first_response_average_seconds numeric, first_response_median_seconds numeric, first_response_p90_seconds numeric,
    first_response_business_average_seconds numeric, running bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.replies, n.average_seconds, n.median_seconds, n.p90_seconds, n.business_replies, n.business_average_seconds,
      n.business_median_seconds, n.business_p90_seconds, n.first_responses, n.first_response_average_seconds, n.first_response_median_seconds,
      n.first_response_p90_seconds, n.first_response_business_average_seconds,
      (select count(*) from kpi.waits as x where x.tenant_id = c.tenant_id and x.ended_at is null),
      p.coverage
    from kpi.coverage as c
    cross join lateral (
      select case when c.last_day is null then 0 else round(
        greatest(least(response_time.last_day, c.last_day) - greatest(response_time.first_day, c.first_day) + 1, 0)::numeric
        / nullif(greatest(response_time.last_day - response_time.first_day + 1, 0), 0), 4) end as coverage
    ) as p
    left join lateral (
      select
        count(*) as replies,
        round(avg(x.wall_seconds), 1) as average_seconds,
        round((percentile_cont(0.5) within group (order by x.wall_seconds))::numeric, 1) as median_seconds,
        round((percentile_cont(0.9) within group (order by x.wall_seconds))::numeric, 1) as p90_seconds,
        count(x.business_seconds) as business_replies,
        round(avg(x.business_seconds), 1) as business_average_seconds,
        round((percentile_cont(0.5) within group (order by x.business_seconds))::numeric, 1) as business_median_seconds,
        round((percentile_cont(0.9) within group (order by x.business_seconds))::numeric, 1) as business_p90_seconds,
        count(x.first_response_seconds) as first_responses,
        round(avg(x.first_response_seconds), 1) as first_response_average_seconds,
        round((percentile_cont(0.5) within group (order by x.first_response_seconds))::numeric, 1) as first_response_median_seconds,
        round((percentile_cont(0.9) within group (order by x.first_response_seconds))::numeric, 1) as first_response_p90_seconds,
        round(avg(x.first_response_business_seconds), 1) as first_response_business_average_seconds
      from kpi.waits as x
      where x.tenant_id = c.tenant_id and x.day between response_time.first_day and response_time.last_day
      having p.coverage = 1
    ) as n on true
    where c.subject = 'support';
end $$;

comment on function kpi.response_time(date, date) is
'Tiempo de respuesta de un período, en segundos: promedio, mediana y p90 de las esperas que terminó una respuesta pública de una persona, también la primera; y de la primera respuesta (desde el inicio o el último traspaso a una persona). business_*: en horas hábiles de la bandeja. running: esperas que corren ahora, fuera de los promedios. Una fila por empresa con Chatwoot; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente (sin primeras respuestas) y Primer tiempo de respuesta.';

revoke execute on function kpi.response_time(date, date) from public;
grant execute on function kpi.response_time(date, date) to kpi_reader, kpi_analyst, kpi_writer;
