-- depends: support_days
-- Dashboards: Soporte
-- Meaning: conversations begun per day and channel (MEANING 52); those of channel WhatsApp are the tile "Conversaciones WhatsApp".
-- Grain: one row per tenant, local day of the beginning and channel that the tenant has had.
-- Unit: conversations.
-- Source: kpi.conversations_daily, kpi.support_days.
-- Formula: opened = conversations whose beginning lies on the day; open, resolved, pending (with the bot), snoozed = their status now.
--   Days and channels add up.
-- Debe cuadrar con: Chatwoot, Informes, Conversaciones (conversations_count) del día en la zona de la empresa, por bandeja; las borradas
--   allí siguen aquí hasta que una revisión las encuentra.
-- Bad input: a conversation without messages counts; one whose inbox is unknown is of channel Other; a channel is stored as WhatsApp,
--   Email, Web or Other and translated by the card. Today and days that are not wholly covered -> every measure null, coverage 0; a
--   covered day without anything -> 0.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.business_day
--   = $2 and c.deleted_at is null
create or replace view kpi.conversations_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  k.channel,
  case when s.is_covered then coalesce(n.opened, 0) end as opened,
  case when s.is_covered then coalesce(n.open, 0) end as open,
  case when s.is_covered then coalesce(n.resolved, 0) end as resolved,
  case when s.is_covered then coalesce(n.pending, 0) end as pending,
  case when s.is_covered then coalesce(n.snoozed, 0) end as snoozed,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
join (select distinct x.tenant_id, x.channel from kpi.conversations_daily as x) as k on k.tenant_id = s.tenant_id
left join lateral (
  select x.opened, x.open, x.resolved, x.pending, x.snoozed
  from kpi.conversations_daily as x
  where x.tenant_id = s.tenant_id and x.day = s.day and x.channel = k.channel
  offset 0
) as n on true;

comment on view kpi.conversations_by_day is
'Conversaciones iniciadas por día local y canal, con su estado actual; las de WhatsApp son la tarjeta Conversaciones WhatsApp. Los canales se guardan como WhatsApp, Email, Web u Other. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones del día, por bandeja.';
comment on column kpi.conversations_by_day.tenant_id is 'Empresa.';
comment on column kpi.conversations_by_day.day is 'Día local de inicio.';
comment on column kpi.conversations_by_day.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.conversations_by_day.opened is 'Iniciadas.';
comment on column kpi.conversations_by_day.open is 'De ellas, ahora abiertas.';
comment on column kpi.conversations_by_day.resolved is 'De ellas, ahora resueltas.';
comment on column kpi.conversations_by_day.pending is 'De ellas, ahora con el bot.';
comment on column kpi.conversations_by_day.snoozed is 'De ellas, ahora pospuestas.';
comment on column kpi.conversations_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.conversations_by_day to kpi_reader, kpi_analyst, kpi_writer;
