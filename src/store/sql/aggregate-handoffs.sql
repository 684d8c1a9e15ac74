-- kpi.handoffs from the facts, for the conversations $2 (null: all). Touch key: conversation. Every sign of a bot or a person stands in
-- order of time; a handoff to a person is a person's sign right after a bot's, so once per stretch. `offset 0`: see link-orders.sql.
with wanted as materialized (
  select c.id, c.created_at, c.channel from unnest($2::uuid[]) k(id) cross join lateral (
    select x.id, x.created_at, x.channel, x.deleted_at from public.conversations x
    where x.tenant_id = $1 and x.id = k.id offset 0) c
  where c.deleted_at is null
  union all
  select x.id, x.created_at, x.channel from public.conversations x
  where x.tenant_id = $1 and x.deleted_at is null and $2::uuid[] is null
),
statuses as materialized (
  select w.id, w.created_at, h.ordinal, h.status, h.valid_from, h.was
  from wanted w
  cross join lateral (
    select x.ordinal, x.status, x.valid_from, lag(x.status) over (order by x.ordinal) as was
    from public.conversation_status_history x where x.tenant_id = $1 and x.conversation_id = w.id offset 0) h
),
handed as materialized (
  select w.id, w.created_at, e.at
  from wanted w
  cross join lateral (
    select x.created_at as at from public.conversation_events x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.name = 'conversation_bot_handoff' and x.deleted_at is null offset 0) e
),
signs as (
  select w.id, m.created_at as at, 1 as rank, m.source_id, m.is_reply as person, 'message' as via
  from wanted w
  cross join lateral (
    select x.created_at, x.source_id, x.is_reply from public.messages x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.deleted_at is null
      and (x.is_reply or (x.direction = 'outgoing' and not x.private and x.sender_kind in ('agent_bot', 'captain', 'user'))) offset 0) m
  union all
  -- One that is first seen with the bot has been so since its beginning, as far as anybody knows.
  select s.id, case when s.ordinal = 1 then s.created_at else s.valid_from end, case when s.ordinal = 1 then 0 else 2 end, '', false, 'status'
  from statuses s where s.status = 'pending'
  union all
  select s.id, s.valid_from, 2, '', true, 'status' from statuses s where s.status = 'open' and s.was = 'pending'
  union all
  -- Chatwoot's own event tells that it was with the bot until then.
  select h.id, h.created_at, 0, '', false, 'event' from handed h
  union all
  select h.id, h.at, 2, '', true, 'event' from handed h
),
found as (
  select s.id, 'to_human' as direction, s.at, s.via
  from (select *, lag(person) over (partition by id order by at, rank, length(source_id), source_id, person) as before from signs) s
  where s.person and not s.before
  union all
  select s.id, 'to_bot', s.valid_from, 'status' from statuses s where s.status = 'pending' and s.was = 'open'
)
select $1::uuid as tenant_id, f.id as conversation_id,
  row_number() over (partition by f.id order by f.at, f.direction)::integer as ordinal, f.direction, f.at,
  (f.at at time zone t.time_zone)::date as day, f.via, w.channel
from found f
join wanted w on w.id = f.id
join public.tenants t on t.id = $1
