-- depends: support_days
-- Dashboards: Soporte
-- Meaning: public messages per day and channel, by direction (WhatsApp volume: channel WhatsApp).
-- Grain: one row per tenant, local day and channel that the tenant has had.
-- Unit: messages.
-- Source: kpi.conversation_days, kpi.support_days.
-- Formula: incoming = of customers; outgoing = sent by people, bots and rules; templates = automatic ones of Chatwoot; failed = those
--   that could not be delivered, in none of the others. conversations = distinct ones with a message that day (does not add up over days;
--   everything else does).
-- Debe cuadrar con: Chatwoot, Informes, Mensajes entrantes y salientes: outgoing_messages_count incluye notas internas y fallidos; aquí
--   no.
-- Bad input: private notes and the system's own lines (activity) are left out; a message deleted in Chatwoot counts. Today and days that
--   are not wholly covered -> every measure null, coverage 0; a covered day without anything -> 0.
-- Explain: select 'message' as entity, m.id, 1 as contribution from public.messages m where m.tenant_id = $1 and m.business_day = $2 and
--   not m.private and m.direction <> 'activity' and m.deleted_at is null
create or replace view kpi.messages_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  k.channel,
  case when s.is_covered then n.incoming end as incoming,
  case when s.is_covered then n.outgoing end as outgoing,
  case when s.is_covered then n.templates end as templates,
  case when s.is_covered then n.failed end as failed,
  case when s.is_covered then n.conversations end as conversations,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
join (select distinct x.tenant_id, x.channel from kpi.conversations_daily as x) as k on k.tenant_id = s.tenant_id
cross join lateral (
  select
    coalesce(sum(x.incoming), 0) as incoming,
    coalesce(sum(x.outgoing), 0) as outgoing,
    coalesce(sum(x.templates), 0) as templates,
    coalesce(sum(x.failed), 0) as failed,
    count(distinct x.conversation_id) as conversations
  from kpi.conversation_days as x
  where x.tenant_id = s.tenant_id and x.day = s.day and x.channel = k.channel
) as n;

comment on view kpi.messages_by_day is
'Mensajes públicos por día local y canal, por sentido (volumen de WhatsApp: canal WhatsApp); sin notas internas ni avisos del sistema; los fallidos, aparte. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Mensajes entrantes y salientes, que incluye notas internas y fallidos.';
comment on column kpi.messages_by_day.tenant_id is 'Empresa.';
comment on column kpi.messages_by_day.day is 'Día local.';
comment on column kpi.messages_by_day.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.messages_by_day.incoming is 'Del cliente.';
comment on column kpi.messages_by_day.outgoing is 'Enviados por personas, bots y reglas.';
comment on column kpi.messages_by_day.templates is 'Automáticos de Chatwoot.';
comment on column kpi.messages_by_day.failed is 'No entregados.';
comment on column kpi.messages_by_day.conversations is 'Conversaciones con algún mensaje ese día.';
comment on column kpi.messages_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.messages_by_day to kpi_reader, kpi_analyst, kpi_writer;
