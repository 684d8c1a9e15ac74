-- depends: support_days
-- Dashboards: Soporte
-- Meaning: promises (first response, resolution) that fell due each day: met, missed, and the share met (MEANING 24).
-- Grain: one row per tenant, local day of the due time and promise.
-- Unit: promises; compliance 0..1.
-- Source: public.sla_results, kpi.support_days.
-- Formula: met = fulfilled at the due time or before; missed = later, or still not once it has fallen due; running = not yet due;
--   compliance = met / (met + missed). met and missed of days add up.
-- Debe cuadrar con: Chatwoot, Informes, SLA (hit_rate): cuenta como cumplidos los que siguen en curso y mide siempre horas corridas; aquí
--   rigen los plazos de la empresa y las horas hábiles.
-- Bad input: nothing due -> counts 0, compliance null; an inbox without hours -> wall clock; while only the bot has been at work there is
--   no promise; resolved without any reply -> the first response is missed; a conversation without messages has no promise. Today and
--   days that are not wholly covered -> every measure null, coverage 0; a covered day without anything -> 0.
-- Explain: select 'conversation' as entity, r.conversation_id as id, case when r.fulfilled_at <= r.due_at then 1 else 0 end as
--   contribution from public.sla_results r where r.tenant_id = $1 and r.due_day = $2
create or replace view kpi.sla_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  p.promise,
  case when s.is_covered then n.met end as met,
  case when s.is_covered then n.missed end as missed,
  case when s.is_covered then n.running end as running,
  case when s.is_covered then round(n.met::numeric / nullif(n.met + n.missed, 0), 4) end as compliance,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
cross join (values ('first_response'), ('resolution')) as p(promise)
cross join lateral (
  select
    count(*) filter (where x.fulfilled_at <= x.due_at) as met,
    count(*) filter (where x.fulfilled_at > x.due_at or (x.fulfilled_at is null and x.due_at <= now())) as missed,
    count(*) filter (where x.fulfilled_at is null and x.due_at > now()) as running
  from public.sla_results as x
  where x.tenant_id = s.tenant_id and x.due_day = s.day and x.promise = p.promise
) as n;

comment on view kpi.sla_by_day is
'Cumplimiento de SLA por día local de vencimiento y compromiso (primera respuesta, resolución): cumplidos, incumplidos y su proporción. Vencen hoy 10: 8 a tiempo, 1 tarde, 1 sin responder: 80 %. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, SLA, que cuenta como cumplidos los que siguen en curso y mide horas corridas.';
comment on column kpi.sla_by_day.tenant_id is 'Empresa.';
comment on column kpi.sla_by_day.day is 'Día local en que vencen.';
comment on column kpi.sla_by_day.promise is 'first_response o resolution.';
comment on column kpi.sla_by_day.met is 'Cumplidos a tiempo.';
comment on column kpi.sla_by_day.missed is 'Incumplidos: tarde, o vencidos sin cumplir.';
comment on column kpi.sla_by_day.running is 'Aún no vencen.';
comment on column kpi.sla_by_day.compliance is 'Cumplidos sobre cumplidos e incumplidos, de 0 a 1; nulo si no venció ninguno.';
comment on column kpi.sla_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.sla_by_day to kpi_reader, kpi_analyst, kpi_writer;
