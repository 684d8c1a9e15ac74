-- depends: support_days
-- Dashboards: Soporte
-- Meaning: handoffs between the bot and people, both ways (MEANING 25).
-- Grain: one row per tenant and local day.
-- Unit: handoffs.
-- Source: kpi.handoffs, kpi.support_days.
-- Formula: to_human = first public message of a person after at least one of the bot, or a change from pending to open, once per stretch
--   with the bot; to_bot = change from open to pending. conversations = distinct ones of that day; handoffs add up over days,
--   conversations do not.
-- Debe cuadrar con: Chatwoot, Informes, Bot, Traspasos (bot_handoffs_count): solo el primero de cada conversación y solo los que el bot
--   pidió; la nuestra es igual o mayor.
-- Bad input: a status that changed twice between two readings is not seen; a person who writes while the bot has said nothing takes over
--   nothing. Today and days that are not wholly covered -> every measure null, coverage 0; a covered day without anything -> 0.
-- Explain: select 'conversation' as entity, h.conversation_id as id, case h.direction when 'to_human' then 1 else 0 end as contribution
--   from kpi.handoffs h where h.tenant_id = $1 and h.day = $2
create or replace view kpi.handoffs_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  case when s.is_covered then n.to_human end as to_human,
  case when s.is_covered then n.to_bot end as to_bot,
  case when s.is_covered then n.conversations end as conversations,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
cross join lateral (
  select
    count(*) filter (where x.direction = 'to_human') as to_human,
    count(*) filter (where x.direction = 'to_bot') as to_bot,
    count(distinct x.conversation_id) as conversations
  from kpi.handoffs as x
  where x.tenant_id = s.tenant_id and x.day = s.day
) as n;

comment on view kpi.handoffs_by_day is
'Traspasos entre el bot y las personas por día local: a persona (primer mensaje público de una persona tras alguno del bot, o paso de pending a open, una vez por tramo) y al bot (de open a pending). Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Bot, Traspasos, que cuenta solo el primero de cada conversación: la nuestra es igual o mayor.';
comment on column kpi.handoffs_by_day.tenant_id is 'Empresa.';
comment on column kpi.handoffs_by_day.day is 'Día local.';
comment on column kpi.handoffs_by_day.to_human is 'Del bot a una persona.';
comment on column kpi.handoffs_by_day.to_bot is 'De una persona al bot.';
comment on column kpi.handoffs_by_day.conversations is 'Conversaciones con algún traspaso ese día.';
comment on column kpi.handoffs_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.handoffs_by_day to kpi_reader, kpi_analyst, kpi_writer;
