-- depends: coverage
-- Dashboards: Soporte
-- Meaning: who answered most: public messages written by each agent, and the conversations touched (MEANING 25).
-- Grain: one row per tenant and agent with at least one message in the local days first_day to last_day, both included.
-- Unit: messages; conversations; rank 1 = most messages.
-- Source: kpi.conversation_days, public.agents, kpi.coverage.
-- Formula: messages = public outgoing messages of the person; conversations = distinct ones they are in; rank by messages, then
--   conversations. Neither adds up over periods for conversations.
-- Debe cuadrar con: Chatwoot, Informes, Agentes, Mensajes enviados (outgoing_messages_count): incluye notas internas y mensajes de bots
--   con usuario propio; la nuestra es igual o menor.
-- Bad input: rules, bots, users listed as bots and replies typed on the phone (nobody knows by whom) are left out; a removed agent keeps
--   its name; a period that is not wholly covered -> one row per agent with every measure null and coverage = the share of its days that
--   is.
-- Explain: select 'conversation' as entity, d.conversation_id as id, d.replies as contribution from kpi.conversation_days d where
--   d.tenant_id = $1 and d.day = $2 and d.agent_id is not null and d.replies > 0
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.agents_busiest(first_day date, last_day date)
  returns table (tenant_id uuid, agent_id uuid, agent_name text, messages bigint, conversations bigint, rank bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.agent_id, a.name,
      case when p.coverage = 1 then n.messages end,
      case when p.coverage = 1 then n.conversations end,
      case when p.coverage = 1 then rank() over (partition by c.tenant_id order by n.messages desc, n.conversations desc) end,
      p.coverage
    from kpi.coverage as c
    cross join lateral (
      select case when c.last_day is null then 0 else round(
        greatest(least(agents_busiest.last_day, c.last_day) - greatest(agents_busiest.first_day, c.first_day) + 1, 0)::numeric
        / nullif(greatest(agents_busiest.last_day - agents_busiest.first_day + 1, 0), 0), 4) end as coverage
    ) as p
    cross join lateral (
      select x.agent_id, sum(x.replies)::bigint as messages, count(distinct x.conversation_id) as conversations
      from kpi.conversation_days as x
      where x.tenant_id = c.tenant_id and x.day between agents_busiest.first_day and agents_busiest.last_day and x.agent_id is not null
        and x.replies > 0
      group by x.agent_id
    ) as n
    left join lateral (
      select y.name from public.agents as y where y.tenant_id = c.tenant_id and y.id = n.agent_id offset 0
    ) as a on true
    where c.subject = 'support'
    order by 1, 6, 3;
end $$;

comment on function kpi.agents_busiest(date, date) is
'Agentes más activos de un período: mensajes públicos escritos por cada uno y conversaciones en que participó; sin reglas, bots ni respuestas desde el teléfono. Una fila por empresa y agente con algún mensaje; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Debe cuadrar con: Chatwoot, Informes, Agentes, Mensajes enviados, que incluye notas internas y bots con usuario propio: la nuestra es igual o menor.';

revoke execute on function kpi.agents_busiest(date, date) from public;
grant execute on function kpi.agents_busiest(date, date) to kpi_reader, kpi_analyst, kpi_writer;
