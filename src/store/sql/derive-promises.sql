-- public.sla_results from the facts, kpi.waits and kpi.handoffs, for the conversations $2 (null: all). Touch key: conversation. A promise
-- is made to a customer who wrote; while only the bot has been at work, nobody has promised anything. `offset 0`: see link-orders.sql.
with wanted as materialized (
  select c.*, i.opening, i.opening_zone
  from (
    select c.id, c.created_at, c.channel, c.inbox_id, c.status, c.resolved_at from unnest($2::uuid[]) k(id) cross join lateral (
      select x.id, x.created_at, x.channel, x.inbox_id, x.status, x.resolved_at, x.deleted_at from public.conversations x
      where x.tenant_id = $1 and x.id = k.id offset 0) c
    where c.deleted_at is null
    union all
    select x.id, x.created_at, x.channel, x.inbox_id, x.status, x.resolved_at from public.conversations x
    where x.tenant_id = $1 and x.deleted_at is null and $2::uuid[] is null
  ) c
  left join (select x.id, x.opening, x.opening_zone from public.inboxes x where x.tenant_id = $1 offset 0) i
    on i.id = c.inbox_id
),
judged as (
  select w.*, a.is_first, m.first_reply, h.handed_at
  from wanted w
  -- No row: no customer wrote. If a wait came before anybody had answered, the first did.
  cross join lateral (
    select x.is_first from kpi.waits x where x.tenant_id = $1 and x.conversation_id = w.id and x.ordinal = 1 offset 0) a
  cross join lateral (
    select min(x.created_at) filter (where x.is_reply) as first_reply,
      bool_or(x.direction = 'outgoing' and not x.private and not x.is_reply and x.sender_kind in ('agent_bot', 'captain', 'user')) as bot
    from public.messages x where x.tenant_id = $1 and x.conversation_id = w.id and x.deleted_at is null offset 0) m
  cross join lateral (
    select max(x.at) filter (where m.first_reply is null or x.at < m.first_reply) as handed_at, count(*) as n
    from kpi.handoffs x where x.tenant_id = $1 and x.conversation_id = w.id and x.direction = 'to_human' offset 0) h
  where m.first_reply is not null or h.n > 0 or not (w.status = 'pending' or (w.status = 'resolved' and coalesce(m.bot, false)))
)
select $1::uuid as tenant_id, j.id as conversation_id, p.promise, j.channel, case when j.opening is null then 'wall' else 'business' end as clock,
  p.seconds as threshold_seconds, p.started_at, d.due_at, (d.due_at at time zone t.time_zone)::date as due_day, p.fulfilled_at
from judged j
join public.tenants t on t.id = $1
cross join lateral (
  -- Where a person wrote first, nobody waited for a first response.
  select 'first_response' as promise, greatest(j.created_at, j.handed_at) as started_at, j.first_reply as fulfilled_at,
    60 * coalesce((t.sla_first_response_by_channel ->> j.channel)::integer, t.sla_first_response_minutes) as seconds
  where j.is_first
  union all
  select 'resolution', j.created_at, j.resolved_at, 60 * coalesce((t.sla_resolution_by_channel ->> j.channel)::integer, t.sla_resolution_minutes)
) p
cross join lateral (select case when j.opening is null then p.started_at + p.seconds * interval '1 second'
  else kpi.business_due(p.started_at, p.seconds, j.opening, j.opening_zone) end as due_at offset 0) d
