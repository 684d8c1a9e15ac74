-- depends: coverage
-- Dashboards: Ejecutiva, Tenant, Soporte
-- Meaning: how many conversations are open, pending and with the bot right now (MEANING 22).
-- Grain: one row per tenant with a Chatwoot.
-- Unit: conversations.
-- Source: public.conversations, kpi.coverage.
-- Formula: open = status open; pending = open + snoozed (Spanish "pendientes"; Chatwoot's word pending means with the bot); with_bot =
--   status pending. As of the last reading (as_of).
-- Debe cuadrar con: Chatwoot, Conversaciones, contadores de los filtros Abiertas, Pospuestas y Pendientes (con el bot), con todas las
--   bandejas, a la hora as_of.
-- Bad input: a Chatwoot that was never read to its end -> every count null; one without conversations -> 0; a deleted conversation counts
--   until a sweep finds it gone.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.deleted_at
--   is null and c.status in ('open', 'snoozed', 'pending') and $2::date is not null
create or replace view kpi.tickets_now with (security_invoker = true) as
select
  c.tenant_id,
  case when c.covered_until is not null then n.open end as open,
  case when c.covered_until is not null then n.open + n.snoozed end as pending,
  case when c.covered_until is not null then n.snoozed end as snoozed,
  case when c.covered_until is not null then n.with_bot end as with_bot,
  c.covered_until as as_of
from kpi.coverage as c
cross join lateral (
  select
    coalesce(sum(x.open), 0)::bigint as open,
    coalesce(sum(x.snoozed), 0)::bigint as snoozed,
    coalesce(sum(x.pending), 0)::bigint as with_bot
  from kpi.conversations_daily as x
  -- Few of the days have any left (conversations_daily_waiting, whose condition this is).
  where x.tenant_id = c.tenant_id and (x.open > 0 or x.snoozed > 0 or x.pending > 0)
) as n
where c.subject = 'support';

comment on view kpi.tickets_now is
'Tickets en este momento: abiertos (open), pendientes (open + pospuestos) y con el bot (pending de Chatwoot). Una fila por empresa con Chatwoot, a la hora as_of; nulos si nunca se completó una lectura. Debe cuadrar con: Chatwoot, Conversaciones, contadores de Abiertas, Pospuestas y Pendientes (con el bot), con todas las bandejas.';
comment on column kpi.tickets_now.tenant_id is 'Empresa.';
comment on column kpi.tickets_now.open is 'Abiertos.';
comment on column kpi.tickets_now.pending is 'Pendientes: abiertos y pospuestos.';
comment on column kpi.tickets_now.snoozed is 'De ellos, pospuestos.';
comment on column kpi.tickets_now.with_bot is 'Con el bot.';
comment on column kpi.tickets_now.as_of is 'A qué hora, por el reloj de Chatwoot.';

grant select on kpi.tickets_now to kpi_reader, kpi_analyst, kpi_writer;
