-- Local day of each message, and whether it is a person's public reply. Messages $2 (null: all).
select m.id, (m.created_at at time zone t.time_zone)::date as business_day,
  m.direction = 'outgoing' and not m.private
    and (m.sender_kind = 'echo'
      or (m.agent_id is not null and m.sender_kind in ('user', 'agent_bot') and not coalesce(a.is_bot, m.sender_kind = 'agent_bot'))) as is_reply
from public.tenants t
join public.messages m on m.tenant_id = t.id
left join public.agents a on a.tenant_id = t.id and a.id = m.agent_id
where t.id = $1 and ($2::uuid[] is null or m.id = any($2::uuid[]))
