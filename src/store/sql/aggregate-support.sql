-- What follows from conversations, for those in $2 (null: all): kpi.handoffs, kpi.waits and kpi.conversation_days, each the part of its
-- name. Touch key: conversation. One statement makes all three of a batch, so that messages, states and events are read once; a rebuild asks for one part, and the others that it does not rest on are not computed. What rows are chosen by is boolean where it
-- can be: of those the planner expects every second one, of equal words one in 200, and joins what it takes for one row by a loop.
-- `offset 0`: see link-orders.sql.
with wanted as materialized (
  select c.*, i.opening, i.opening_zone
  from (
    select c.id, c.created_at, c.channel, c.inbox_id from unnest($2::uuid[]) k(id) cross join lateral (
      select x.id, x.created_at, x.channel, x.inbox_id, x.deleted_at from public.conversations x
      where x.tenant_id = $1 and x.id = k.id offset 0) c
    where c.deleted_at is null
    union all
    select x.id, x.created_at, x.channel, x.inbox_id from public.conversations x
    where x.tenant_id = $1 and x.deleted_at is null and $2::uuid[] is null
  ) c
  left join (select x.id, x.opening, x.opening_zone from public.inboxes x where x.tenant_id = $1 offset 0) i
    on i.id = c.inbox_id
),
-- Notices of the system count nowhere.
said as materialized (
  select w.id, m.*, m.direction = 'outgoing' and not m.private and not m.is_reply and m.sender_kind in ('agent_bot', 'captain', 'user') as by_bot
  from wanted w
  cross join lateral (
    select x.created_at as at, x.source_id, x.business_day, x.direction, x.private, x.sender_kind, x.agent_id, x.status, x.is_reply
    from public.messages x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.deleted_at is null and x.direction <> 'activity' offset 0) m
),
statuses as materialized (
  select w.id, w.created_at, h.ordinal, h.status, h.valid_from, h.was
  from wanted w
  cross join lateral (
    select x.ordinal, x.status, x.valid_from, lag(x.status) over (order by x.ordinal) as was
    from public.conversation_status_history x where x.tenant_id = $1 and x.conversation_id = w.id offset 0) h
),
reported as materialized (
  select w.id, w.created_at, e.name, e.at
  from wanted w
  cross join lateral (
    select x.name, x.created_at as at from public.conversation_events x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.name in ('conversation_bot_handoff', 'conversation_resolved')
      and x.deleted_at is null offset 0) e
),
-- Handoffs. Every sign of a bot or a person stands in order of time; a handoff to a person is a person's sign right after a bot's, so once
-- per stretch. Most conversations have been with no bot, and have none.
with_bot as materialized (
  select s.id from said s where s.by_bot
  union
  select s.id from statuses s where s.status = 'pending'
  union
  select r.id from reported r where r.name = 'conversation_bot_handoff'
),
signs as (
  select s.id, s.at, 1 as rank, s.source_id, s.is_reply as person, 'message' as via
  from said s where (s.is_reply or s.by_bot) and s.id in (select id from with_bot)
  union all
  -- One that is first seen with the bot has been so since its beginning, as far as anybody knows.
  select s.id, case when s.ordinal = 1 then s.created_at else s.valid_from end, case when s.ordinal = 1 then 0 else 2 end, '', false, 'status'
  from statuses s where s.status = 'pending'
  union all
  select s.id, s.valid_from, 2, '', true, 'status' from statuses s where s.status = 'open' and s.was = 'pending'
  union all
  -- Chatwoot's own event tells that it was with the bot until then.
  select r.id, r.created_at, 0, '', false, 'event' from reported r where r.name = 'conversation_bot_handoff'
  union all
  select r.id, r.at, 2, '', true, 'event' from reported r where r.name = 'conversation_bot_handoff'
),
handed as (
  select s.id, true as to_human, s.at, s.via
  from (
    select *, lag(person) over (partition by id order by at, rank, length(source_id), source_id, person) as before from signs) s
  where s.person and not s.before
  union all
  select s.id, false, s.valid_from, 'status' from statuses s where s.status = 'pending' and s.was = 'open'
),
handoffs as materialized (
  select $1::uuid as tenant_id, f.id as conversation_id,
    row_number() over (partition by f.id order by f.at, not f.to_human)::integer as ordinal,
    case when f.to_human then 'to_human' else 'to_bot' end as direction, f.to_human, f.at, (f.at at time zone t.time_zone)::date as day, f.via, w.channel
  from handed f
  join wanted w on w.id = f.id
  join public.tenants t on t.id = $1
),
-- Waits. What customers and people said stands in order of time, resolutions in between. A wait begins with a question that follows no
-- other and ends with the reply or resolution that comes after the last of them: of all that was said only these edges matter, and they
-- alternate.
spoken as (
  select s.*, coalesce(lag(s.asks) over before, false) as asked, count(*) filter (where s.replied) over before as replies
  from (
    select s.id, s.at, 1 as rank, length(s.source_id) as digits, s.source_id, not s.is_reply as asks, s.is_reply as replied, s.agent_id
    from said s where s.is_reply or (s.direction = 'incoming' and not s.private)
    union all
    -- Resolved at this version: whatever was unanswered before it is closed.
    select s.id, s.valid_from, 2, 0, '', false, false, null from statuses s where s.status = 'resolved'
    union all
    select r.id, r.at, 2, 0, '', false, false, null from reported r where r.name = 'conversation_resolved'
  ) s
  window before as (partition by s.id order by s.at, s.rank, s.digits, s.source_id rows unbounded preceding)
),
-- In the same order by the same columns, so that nothing is sorted twice.
waited as materialized (
  select e.*, case when e.replied then e.ended_at end as replied_at
  from (
    select s.id, s.asks, s.at as started_at, s.replies = 0 as is_first, (row_number() over edges + 1) / 2 as ordinal,
      lead(s.at) over edges as ended_at, lead(s.replied) over edges as replied,
      lead(s.agent_id) over edges as agent_id
    from spoken s
    where s.asks <> s.asked
    window edges as (partition by s.id order by s.at, s.rank, s.digits, s.source_id)
  ) e
  where e.asks
),
-- The promise to answer runs anew from the moment the bot hands over; a person who just writes hands over by answering. Only one of a
-- conversation's waits is the first and ends with a reply.
first_handed as (
  select a.id, max(h.at) as at
  from waited a join handoffs h on h.conversation_id = a.id and h.to_human and h.at < a.replied_at
  where a.is_first
  group by a.id
),
waits as materialized (
  select $1::uuid as tenant_id, a.id as conversation_id, a.ordinal::integer as ordinal, w.channel,
    a.started_at, a.ended_at, case when a.replied then 'reply' when a.ended_at is not null then 'resolution' end as ended_by, (a.replied_at at time zone t.time_zone)::date as day,
    a.agent_id, a.is_first,
    floor(date_part('epoch', a.replied_at - a.started_at))::bigint as wall_seconds, b.business_seconds,
    case when a.replied_at < f.asked_at then 0 else floor(date_part('epoch', a.replied_at - f.asked_at))::bigint end as first_response_seconds,
    case when f.asked_at = a.started_at then b.business_seconds
      when w.opening is not null and f.asked_at is not null
        then kpi.business_seconds(f.asked_at, a.replied_at, w.opening, w.opening_zone) end as first_response_business_seconds
  from waited a
  join wanted w on w.id = a.id
  join public.tenants t on t.id = $1
  left join first_handed h on h.id = a.id
  cross join lateral (select case when a.is_first and a.replied_at is not null then greatest(w.created_at, h.at) end as asked_at) f
  -- Here and not above, so that it is asked once.
  cross join lateral (
    select case when w.opening is not null and a.replied_at is not null
      then kpi.business_seconds(a.started_at, a.replied_at, w.opening, w.opening_zone) end as business_seconds offset 0) b
),
conversation_days as (
  select $1::uuid as tenant_id, d.id as conversation_id, d.business_day as day, coalesce(d.agent_id::text, 'other') as sender, d.agent_id,
    w.channel, d.incoming, d.outgoing, d.templates, d.failed, d.replies
  from (
    select s.id, s.business_day, s.agent_id, count(*) filter (where s.direction = 'incoming' and s.status <> 'failed')::integer as incoming,
      count(*) filter (where s.direction = 'outgoing' and s.status <> 'failed')::integer as outgoing,
      count(*) filter (where s.direction = 'template' and s.status <> 'failed')::integer as templates,
      count(*) filter (where s.status = 'failed')::integer as failed, count(*) filter (where s.is_reply)::integer as replies
    from said s
    where not s.private
    group by s.id, s.business_day, s.agent_id
  ) d
  join wanted w on w.id = d.id
)
