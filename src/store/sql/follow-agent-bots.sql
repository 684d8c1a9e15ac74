-- Messages of the agents $2 that are a person's reply no more, or now are one: the list of users that are bots has changed.
update public.messages m
set is_reply = not a.is_bot
from public.agents a
where m.tenant_id = $1 and a.tenant_id = $1 and a.id = any($2::uuid[]) and m.agent_id = any($2::uuid[]) and m.agent_id = a.id
  and m.direction = 'outgoing' and not m.private and m.sender_kind in ('user', 'agent_bot') and m.is_reply = a.is_bot
returning m.conversation_id as id
