-- depends: conversations_by_day, messages_by_day
-- Dashboards: Tenant
-- Meaning: conversations begun by WhatsApp and its public messages, per local day (MEANING 52).
-- Grain: one row per tenant that has had WhatsApp, and local day from first_day to last_day, both included, as far as it is known of.
-- Unit: conversations; messages.
-- Source: kpi.conversations_by_day, kpi.messages_by_day.
-- Formula: their rows of channel WhatsApp.
-- Debe cuadrar con: Chatwoot, Informes, Conversaciones y Mensajes del día, bandejas de WhatsApp; con las diferencias que dicen esas dos vistas.
-- Bad input: today and days that are not wholly covered -> every measure null; a covered day without anything -> 0. Never any WhatsApp -> no
--   row.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.business_day
--   = $2 and c.channel = 'WhatsApp' and c.deleted_at is null
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.whatsapp_by_day(first_day date, last_day date)
  returns table (tenant_id uuid, day date, opened bigint, incoming bigint, outgoing bigint)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  -- Added up and not joined: both have the same days, and a join compares each with each.
  select d.tenant_id, d.day, sum(d.opened)::bigint, sum(d.incoming)::bigint, sum(d.outgoing)::bigint
  from (
    select v.tenant_id, v.day, v.opened, null::numeric as incoming, null::numeric as outgoing
    from kpi.conversations_by_day as v
    where v.channel = 'WhatsApp' and v.day between whatsapp_by_day.first_day and whatsapp_by_day.last_day
    union all
    select v.tenant_id, v.day, null, v.incoming, v.outgoing
    from kpi.messages_by_day as v
    where v.channel = 'WhatsApp' and v.day between whatsapp_by_day.first_day and whatsapp_by_day.last_day
  ) as d
  group by d.tenant_id, d.day;
end $$;

comment on function kpi.whatsapp_by_day(date, date) is
'WhatsApp por día local, del primer al último día pedido (ambos incluidos): conversaciones iniciadas (opened) y mensajes públicos recibidos (incoming) y enviados (outgoing). Una fila por empresa que ha tenido WhatsApp y día del que se sabe. Hoy y los días no cubiertos por completo no tienen cifra (nulo); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones y Mensajes del día, bandejas de WhatsApp, con las diferencias que dicen kpi.conversations_by_day y kpi.messages_by_day.';

revoke execute on function kpi.whatsapp_by_day(date, date) from public;
grant execute on function kpi.whatsapp_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
