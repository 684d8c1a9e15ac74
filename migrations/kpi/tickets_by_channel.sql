-- depends:
-- Dashboards: Tenant, Soporte
-- Meaning: conversations (tickets) by channel and current status: the brief's second query, and all of them beside it (MEANING 22, 52).
-- Grain: one row per tenant, channel and status.
-- Unit: conversations.
-- Source: public.conversations.
-- Formula: last_7_days = created_at >= now() - interval '7 days' (móvil, the brief's own condition); total = all that are stored.
--   status is today's: open, resolved, pending (with the bot), snoozed.
-- Debe cuadrar con: la consulta 2 del encargo en las filas con last_7_days > 0; Chatwoot, informe de conversaciones por canal.
-- Bad input: a channel that is not WhatsApp, Email or Web is Other.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.deleted_at
--   is null and $2::date is not null
create or replace view kpi.tickets_by_channel with (security_invoker = true) as
select
  c.tenant_id,
  c.channel,
  c.status,
  count(*) filter (where c.created_at >= now() - interval '7 days') as last_7_days,
  count(*) as total
from public.conversations as c
where c.deleted_at is null
group by c.tenant_id, c.channel, c.status;

comment on view kpi.tickets_by_channel is
'Conversaciones (tickets) por canal y estado actual: la consulta 2 del encargo (últimos 7 días corridos) y al lado todas las guardadas. Una fila por empresa, canal y estado. Estado de hoy: open, resolved, pending (con el bot) o snoozed; un canal que no es WhatsApp, Email ni Web es Other. Debe cuadrar con: la consulta 2 en las filas con last_7_days > 0; Chatwoot, informe de conversaciones por canal.';
comment on column kpi.tickets_by_channel.tenant_id is 'Empresa.';
comment on column kpi.tickets_by_channel.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.tickets_by_channel.status is 'open, resolved, pending (con el bot) o snoozed.';
comment on column kpi.tickets_by_channel.last_7_days is 'Iniciadas en los últimos 7 días corridos.';
comment on column kpi.tickets_by_channel.total is 'Todas las guardadas.';

grant select on kpi.tickets_by_channel to kpi_reader, kpi_analyst, kpi_writer;
