-- kpi.waits from the facts and kpi.handoffs, for the conversations $2 (null: all). Touch key: conversation. What customers and people said
-- stands in order of time, resolutions in between; each reply or resolution ends a turn, and a turn in which a customer wrote is a wait.
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
signs as (
  select w.id, m.created_at as at, 1 as rank, m.source_id, case when m.is_reply then 'reply' else 'question' end as kind, m.agent_id
  from wanted w
  cross join lateral (
    select x.created_at, x.source_id, x.is_reply, x.agent_id from public.messages x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.deleted_at is null
      and (x.is_reply or (x.direction = 'incoming' and not x.private)) offset 0) m
  union all
  -- Resolved at this version: whatever was unanswered before it is closed.
  select w.id, h.valid_from, 2, '', 'resolution', null
  from wanted w
  cross join lateral (
    select x.valid_from from public.conversation_status_history x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.status = 'resolved' offset 0) h
  union all
  select w.id, e.created_at, 2, '', 'resolution', null
  from wanted w
  cross join lateral (
    select x.created_at from public.conversation_events x
    where x.tenant_id = $1 and x.conversation_id = w.id and x.name = 'conversation_resolved' and x.deleted_at is null offset 0) e
),
turns as (
  select s.*, count(*) filter (where s.kind <> 'question') over before as turn, count(*) filter (where s.kind = 'reply') over before as replies
  from signs s
  window before as (
    partition by s.id order by s.at, s.rank, length(s.source_id), s.source_id rows between unbounded preceding and 1 preceding)
),
waits as (
  select t.id, t.turn, min(t.at) filter (where t.kind = 'question') as started_at, max(t.at) filter (where t.kind <> 'question') as ended_at,
    max(t.kind) filter (where t.kind <> 'question') as ended_by, (array_agg(t.agent_id) filter (where t.kind = 'reply'))[1] as agent_id,
    min(t.replies) = 0 as is_first
  from turns t
  group by t.id, t.turn
  having count(*) filter (where t.kind = 'question') > 0
)
select $1::uuid as tenant_id, a.id as conversation_id, row_number() over (partition by a.id order by a.turn)::integer as ordinal, w.channel,
  a.started_at, a.ended_at, a.ended_by, (d.replied_at at time zone t.time_zone)::date as day, a.agent_id, a.is_first,
  floor(extract(epoch from d.replied_at - a.started_at))::bigint as wall_seconds,
  kpi.business_seconds(a.started_at, d.replied_at, w.opening, w.opening_zone) as business_seconds,
  case when f.replied_at < f.asked_at then 0 else floor(extract(epoch from f.replied_at - f.asked_at))::bigint end as first_response_seconds,
  kpi.business_seconds(f.asked_at, f.replied_at, w.opening, w.opening_zone) as first_response_business_seconds
from waits a
join wanted w on w.id = a.id
join public.tenants t on t.id = $1
cross join lateral (select case when a.ended_by = 'reply' then a.ended_at end as replied_at) d
-- The promise to answer runs anew from the moment the bot hands over; a person who just writes hands over by answering.
left join lateral (
  select d.replied_at, greatest(w.created_at, (
    select max(h.at) from kpi.handoffs h
    where h.tenant_id = $1 and h.conversation_id = a.id and h.direction = 'to_human' and h.at < d.replied_at)) as asked_at
  where a.is_first and d.replied_at is not null) f on true
