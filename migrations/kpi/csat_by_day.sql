-- depends: support_days
-- Dashboards: Soporte
-- Meaning: score, average and response rate of the satisfaction survey (MEANING 25).
-- Grain: one row per tenant and local day: answers by the day of the answer, surveys by the day they were sent.
-- Unit: answers; score and response_rate 0..1; average 1..5.
-- Source: public.csat_responses, public.messages of content type input_csat, kpi.support_days.
-- Formula: score = ratings 4 and 5 / ratings; average = mean rating; of several answers to one survey the latest counts; response_rate =
--   those of the surveys sent that day that have been answered, whenever / surveys sent. answers, satisfied, sent and answered of days
--   add up.
-- Debe cuadrar con: Chatwoot, Informes, CSAT: puntaje y total de respuestas del día. Su tasa de respuesta divide las respuestas del
--   período por los envíos del período; la nuestra, los envíos respondidos por los envíos: nunca pasa de 100 %.
-- Bad input: no answer -> score and average null; no survey sent -> response_rate null; a rating changed later changes its day; an answer
--   that names no survey counts by itself. Today and days that are not wholly covered -> every measure null, coverage 0; a covered day
--   without anything -> 0.
-- Explain: select 'csat_response' as entity, r.id, r.rating as contribution from public.csat_responses r where r.tenant_id = $1 and
--   r.business_day = $2 and r.counts and r.deleted_at is null
create or replace view kpi.csat_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  case when s.is_csat_covered then n.answers end as answers,
  case when s.is_csat_covered then n.satisfied end as satisfied,
  case when s.is_csat_covered then round(n.satisfied::numeric / nullif(n.answers, 0), 4) end as score,
  case when s.is_csat_covered then n.average end as average,
  case when s.is_csat_covered then m.sent end as sent,
  case when s.is_csat_covered then m.answered end as answered,
  case when s.is_csat_covered then round(m.answered::numeric / nullif(m.sent, 0), 4) end as response_rate,
  case when s.is_csat_covered then 1 else 0 end as coverage
from kpi.support_days as s
cross join lateral (
  select
    count(*) as answers,
    count(*) filter (where x.rating >= 4) as satisfied,
    round(avg(x.rating), 2) as average
  from public.csat_responses as x
  where x.tenant_id = s.tenant_id and x.business_day = s.day and x.counts and x.deleted_at is null
) as n
cross join lateral (
  select
    count(*) as sent,
    count(*) filter (where exists (
      select from public.csat_responses as y where y.tenant_id = x.tenant_id and y.survey_id = x.id and y.deleted_at is null
    )) as answered
  from public.messages as x
  where x.tenant_id = s.tenant_id and x.business_day = s.day and x.content_type = 'input_csat' and x.deleted_at is null
) as m;

comment on view kpi.csat_by_day is
'Encuesta de satisfacción por día local: score = notas 4 y 5 sobre todas, por día de la respuesta (de varias respuestas a una encuesta, la última); promedio de 1 a 5; tasa de respuesta = de las encuestas enviadas ese día, las respondidas. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Sin respuestas, score nulo. Debe cuadrar con: Chatwoot, Informes, CSAT; su tasa de respuesta divide respuestas por envíos del mismo período.';
comment on column kpi.csat_by_day.tenant_id is 'Empresa.';
comment on column kpi.csat_by_day.day is 'Día local.';
comment on column kpi.csat_by_day.answers is 'Respuestas (n).';
comment on column kpi.csat_by_day.satisfied is 'De ellas, con nota 4 o 5.';
comment on column kpi.csat_by_day.score is 'Satisfechos, de 0 a 1; nulo sin respuestas.';
comment on column kpi.csat_by_day.average is 'Nota promedio, de 1 a 5.';
comment on column kpi.csat_by_day.sent is 'Encuestas enviadas ese día.';
comment on column kpi.csat_by_day.answered is 'De ellas, respondidas.';
comment on column kpi.csat_by_day.response_rate is 'Respondidas sobre enviadas, de 0 a 1; nula sin envíos.';
comment on column kpi.csat_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.csat_by_day to kpi_reader, kpi_analyst, kpi_writer;
