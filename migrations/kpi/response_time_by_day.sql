-- depends: support_days
-- Dashboards: Tenant, Soporte
-- Meaning: mean, median and p90 of the waits that ended that day by a person's public reply, first replies included; and of the first
--   responses (MEANING 23).
-- Grain: one row per tenant and local day of the reply.
-- Unit: seconds (business_*: within the opening hours of the inbox).
-- Source: kpi.waits, kpi.support_days.
-- Formula: wait = from the first unanswered message to the next public human reply. replies = waits ended. average, median and p90 over
--   them; business_* over those whose inbox has hours. first_response_* over first replies: from the beginning or the last handoff to a
--   person. Neither averages nor medians of days add up: use kpi.response_time for a period.
-- Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente (reply_time, sin primeras respuestas) y Primer tiempo de
--   respuesta (resta el tiempo del bot igual que aquí); las nuestras incluyen ambas en average_seconds.
-- Bad input: bots, rules, templates, private notes and users listed as bots are no reply; a resolution without reply ends a wait
--   uncounted; no reply that day -> averages null; an inbox without hours -> business null. Today and days that are not wholly covered ->
--   every measure null, coverage 0; a covered day without anything -> 0.
-- Explain: select 'conversation' as entity, w.conversation_id as id, w.wall_seconds as contribution from kpi.waits w where w.tenant_id =
--   $1 and w.day = $2
create or replace view kpi.response_time_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  case when s.is_covered then n.replies end as replies,
  case when s.is_covered then n.average_seconds end as average_seconds,
  case when s.is_covered then n.median_seconds end as median_seconds,
  case when s.is_covered then n.p90_seconds end as p90_seconds,
  case when s.is_covered then n.business_average_seconds end as business_average_seconds,
  case when s.is_covered then n.business_median_seconds end as business_median_seconds,
  case when s.is_covered then n.first_responses end as first_responses,
  case when s.is_covered then n.first_response_average_seconds end as first_response_average_seconds,
  case when s.is_covered then n.first_response_median_seconds end as first_response_median_seconds,
  case when s.is_covered then n.first_response_business_average_seconds end as first_response_business_average_seconds,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
cross join lateral (
  select
    count(*) as replies,
    round(avg(x.wall_seconds), 1) as average_seconds,
    round((percentile_cont(0.5) within group (order by x.wall_seconds))::numeric, 1) as median_seconds,
    round((percentile_cont(0.9) within group (order by x.wall_seconds))::numeric, 1) as p90_seconds,
    round(avg(x.business_seconds), 1) as business_average_seconds,
    round((percentile_cont(0.5) within group (order by x.business_seconds))::numeric, 1) as business_median_seconds,
    count(x.first_response_seconds) as first_responses,
    round(avg(x.first_response_seconds), 1) as first_response_average_seconds,
    round((percentile_cont(0.5) within group (order by x.first_response_seconds))::numeric, 1) as first_response_median_seconds,
    round(avg(x.first_response_business_seconds), 1) as first_response_business_average_seconds
  from kpi.waits as x
  where x.tenant_id = s.tenant_id and x.day = s.day
) as n;

comment on view kpi.response_time_by_day is
'Tiempo de respuesta por día local de la respuesta, en segundos: promedio, mediana y p90 de las esperas que terminó una respuesta pública de una persona, también la primera; y de la primera respuesta. business_*: en horas hábiles de la bandeja. Mensajes 10:00 y 10:05, respuesta 10:30; mensaje 11:00, respuesta 11:10: promedio 20 minutos. Ni promedios ni medianas de varios días se suman: para un período, kpi.response_time. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente, que no incluye las primeras respuestas.';
comment on column kpi.response_time_by_day.tenant_id is 'Empresa.';
comment on column kpi.response_time_by_day.day is 'Día local de la respuesta.';
comment on column kpi.response_time_by_day.replies is 'Esperas terminadas por una respuesta.';
comment on column kpi.response_time_by_day.average_seconds is 'Promedio, segundos corridos.';
comment on column kpi.response_time_by_day.median_seconds is 'Mediana.';
comment on column kpi.response_time_by_day.p90_seconds is 'Nueve de cada diez esperaron a lo más esto.';
comment on column kpi.response_time_by_day.business_average_seconds is 'Promedio en segundos hábiles.';
comment on column kpi.response_time_by_day.business_median_seconds is 'Mediana en segundos hábiles.';
comment on column kpi.response_time_by_day.first_responses is 'Primeras respuestas.';
comment on column kpi.response_time_by_day.first_response_average_seconds is 'Promedio de primera respuesta.';
comment on column kpi.response_time_by_day.first_response_median_seconds is 'Mediana de primera respuesta.';
comment on column kpi.response_time_by_day.first_response_business_average_seconds is 'Promedio de primera respuesta en segundos hábiles.';
comment on column kpi.response_time_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.response_time_by_day to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.response_time_by_day(first_day date, last_day date) returns setof kpi.response_time_by_day
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.response_time_by_day as d where d.day between $1 and $2;
end $$;

comment on function kpi.response_time_by_day(date, date) is 'Las filas de kpi.response_time_by_day del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.response_time_by_day(date, date) from public;
grant execute on function kpi.response_time_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
