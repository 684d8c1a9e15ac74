-- depends: coverage
-- Dashboards: Tenant
-- Meaning: the tile "Conversaciones WhatsApp": conversations of channel WhatsApp begun in a closed period (MEANING 52).
-- Grain: one row per tenant with a Chatwoot.
-- Unit: conversations; coverage from 0 to 1, cut and not rounded to four decimals.
-- Source: kpi.conversations_daily, which is kept with every batch; kpi.coverage (subject support).
-- Formula: opened = conversations of channel WhatsApp whose beginning lies on the local days first_day to last_day, both included; open,
--   resolved, pending (with the bot), snoozed = their status now.
-- Debe cuadrar con: Chatwoot, Informes, Conversaciones (conversations_count) del período, bandejas de WhatsApp; las borradas allí siguen aquí
--   hasta que una revisión las encuentra.
-- Bad input: a period that is not wholly covered (today and later are never) -> every measure null, never 0; coverage = days wholly
--   covered / days asked for. No WhatsApp, or nobody wrote -> 0. last_day before first_day -> measures and coverage null.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.business_day
--   = $2 and c.channel = 'WhatsApp' and c.deleted_at is null
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.whatsapp_conversations(first_day date, last_day date)
  returns table (
    tenant_id uuid, opened bigint, open bigint, resolved bigint, pending bigint, snoozed bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    c.tenant_id,
    case when x.is_covered then n.opened end,
    case when x.is_covered then n.open end,
    case when x.is_covered then n.resolved end,
    case when x.is_covered then n.pending end,
    case when x.is_covered then n.snoozed end,
    x.coverage
  from kpi.coverage as c
  cross join lateral (
    select
      coalesce(whatsapp_conversations.first_day >= c.first_day and whatsapp_conversations.last_day <= c.last_day and whatsapp_conversations.last_day >= whatsapp_conversations.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when whatsapp_conversations.last_day >= whatsapp_conversations.first_day then case when c.last_day is null then 0 else trunc(greatest(
        least(whatsapp_conversations.last_day, c.last_day) - greatest(whatsapp_conversations.first_day, c.first_day) + 1, 0)::numeric
          / (whatsapp_conversations.last_day - whatsapp_conversations.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      coalesce(sum(d.opened), 0)::bigint as opened,
      coalesce(sum(d.open), 0)::bigint as open,
      coalesce(sum(d.resolved), 0)::bigint as resolved,
      coalesce(sum(d.pending), 0)::bigint as pending,
      coalesce(sum(d.snoozed), 0)::bigint as snoozed
    from kpi.conversations_daily as d
    where d.tenant_id = c.tenant_id and d.channel = 'WhatsApp'
      and d.day between whatsapp_conversations.first_day and whatsapp_conversations.last_day
  ) as n
  where c.subject = 'support';
end $$;

comment on function kpi.whatsapp_conversations(date, date) is
'Conversaciones WhatsApp iniciadas en un período cerrado de días locales (ambos incluidos): la tarjeta del mismo nombre. Una fila por empresa con Chatwoot: opened (iniciadas), y de ellas, con su estado de ahora, open, resolved, pending (con el bot) y snoozed; coverage es la parte de los días que está cubierta. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0; sin WhatsApp es 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones del período, bandejas de WhatsApp.';

revoke execute on function kpi.whatsapp_conversations(date, date) from public;
grant execute on function kpi.whatsapp_conversations(date, date) to kpi_reader, kpi_analyst, kpi_writer;
