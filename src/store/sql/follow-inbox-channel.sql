-- Conversations of the inboxes $2 take over their channel.
update public.conversations c
set channel = i.channel
from public.inboxes i
where c.tenant_id = $1 and i.tenant_id = $1 and i.id = any($2::uuid[]) and c.inbox_id = i.id and c.channel <> i.channel
returning c.business_day::text as day, c.id
