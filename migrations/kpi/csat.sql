-- depends: coverage
-- Dashboards: Soporte
-- Meaning: score, average and response rate of the satisfaction survey (MEANING 25).
-- Grain: one row per tenant with a Chatwoot, for the local days first_day to last_day, both included.
-- Unit: answers; score and response_rate 0..1; average 1..5.
-- Source: public.csat_responses, public.messages of content type input_csat, kpi.coverage.
-- Formula: as kpi.csat_by_day, over the period.
-- Debe cuadrar con: Chatwoot, Informes, CSAT del período: puntaje y total de respuestas; su tasa de respuesta divide respuestas por
--   envíos del período.
-- Bad input: a period that conversations or answers do not wholly cover (today never is) -> every measure null, coverage = the share of
--   its days that is; no answer -> score null, n 0; last_day before first_day -> coverage null.
-- Explain: select 'csat_response' as entity, r.id, r.rating as contribution from public.csat_responses r where r.tenant_id = $1 and
--   r.business_day = $2 and r.counts and r.deleted_at is null
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.csat(first_day date, last_day date)
  returns table (tenant_id uuid, answers bigint, satisfied bigint, score numeric, average numeric, sent bigint, answered bigint, response_rate numeric,
    coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.answers, n.satisfied, round(n.satisfied::numeric / nullif(n.answers, 0), 4), n.average, m.sent, m.answered,
      round(m.answered::numeric / nullif(m.sent, 0), 4), p.coverage
    from kpi.coverage as c
    join kpi.coverage as a on a.tenant_id = c.tenant_id and a.subject = 'csat'
    cross join lateral (
      select case when c.last_day is not null and a.last_day is not null then round(
        greatest(least(csat.last_day, c.last_day, a.last_day) - greatest(csat.first_day, c.first_day, a.first_day) + 1, 0)::numeric
        / nullif(greatest(csat.last_day - csat.first_day + 1, 0), 0), 4) else 0 end as coverage
    ) as p
    left join lateral (
      select count(*) as answers, count(*) filter (where x.rating >= 4) as satisfied, round(avg(x.rating), 2) as average
      from public.csat_responses as x
      where x.tenant_id = c.tenant_id and x.business_day between csat.first_day and csat.last_day and x.counts and x.deleted_at is null
      having p.coverage = 1
    ) as n on true
    left join lateral (
      select
        count(*) as sent,
        count(*) filter (where exists (
          select from public.csat_responses as y where y.tenant_id = x.tenant_id and y.survey_id = x.id and y.deleted_at is null
        )) as answered
      from public.messages as x
      where x.tenant_id = c.tenant_id and x.business_day between csat.first_day and csat.last_day and x.content_type = 'input_csat'
        and x.deleted_at is null
      having p.coverage = 1
    ) as m on true
    where c.subject = 'support';
end $$;

comment on function kpi.csat(date, date) is
'Encuesta de satisfacción de un período: score = notas 4 y 5 sobre todas las respuestas del período, promedio, n, y tasa de respuesta = de las encuestas enviadas en el período, las respondidas. Una fila por empresa con Chatwoot; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Sin respuestas, score nulo. Debe cuadrar con: Chatwoot, Informes, CSAT; su tasa de respuesta divide respuestas por envíos del mismo período.';

revoke execute on function kpi.csat(date, date) from public;
grant execute on function kpi.csat(date, date) to kpi_reader, kpi_analyst, kpi_writer;
