-- kpi.conversation_days from the facts, for the conversations $2 (null: all). Touch key: conversation.
with wanted as materialized (
  select c.id, c.channel from unnest($2::uuid[]) k(id) cross join lateral (
    select x.id, x.channel, x.deleted_at from public.conversations x where x.tenant_id = $1 and x.id = k.id offset 0) c
  where c.deleted_at is null
  union all
  select x.id, x.channel from public.conversations x where x.tenant_id = $1 and x.deleted_at is null and $2::uuid[] is null
)
select $1::uuid as tenant_id, w.id as conversation_id, m.business_day as day, coalesce(m.agent_id::text, 'other') as sender, m.agent_id,
  w.channel, count(*) filter (where m.direction = 'incoming' and m.status <> 'failed')::integer as incoming,
  count(*) filter (where m.direction = 'outgoing' and m.status <> 'failed')::integer as outgoing,
  count(*) filter (where m.direction = 'template' and m.status <> 'failed')::integer as templates,
  count(*) filter (where m.status = 'failed')::integer as failed, count(*) filter (where m.is_reply)::integer as replies
from wanted w
cross join lateral (
  select x.business_day, x.direction, x.agent_id, x.status, x.is_reply
  from public.messages x
  where x.tenant_id = $1 and x.conversation_id = w.id and x.deleted_at is null and not x.private and x.direction <> 'activity' offset 0) m
group by w.id, w.channel, m.business_day, m.agent_id
