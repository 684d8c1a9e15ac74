-- Local day, channel, and when each conversation was resolved last, if it still is. Conversations $2 (null: all).
select c.id, (c.created_at at time zone t.time_zone)::date as business_day, coalesce(i.channel, 'Other') as channel,
  r.at as resolved_at, r.how as resolved_at_source, (r.at at time zone t.time_zone)::date as resolved_day
from public.tenants t
join public.conversations c on c.tenant_id = t.id
left join public.inboxes i on i.tenant_id = t.id and i.id = c.inbox_id
left join lateral (
  select known.at, known.how
  from (
    (select 1 as rank, e.created_at as at, 'event' as how
     from public.conversation_events e
     where e.tenant_id = t.id and e.conversation_id = c.id and e.name = 'conversation_resolved' and e.deleted_at is null
       and not exists (
         select from public.conversation_status_history h
         where h.tenant_id = t.id and h.conversation_id = c.id and h.status <> 'resolved' and h.valid_from > e.created_at)
     order by e.created_at desc limit 1)
    union all
    (select 2, h.valid_from, 'observed'
     from public.conversation_status_history h
     where h.tenant_id = t.id and h.conversation_id = c.id and h.ordinal > 1 and h.status = 'resolved'
     order by h.ordinal desc limit 1)
    union all
    (select 3, m.created_at, 'activity'
     from public.messages m
     where m.tenant_id = t.id and m.conversation_id = c.id and m.direction = 'activity' and m.deleted_at is null
     order by m.created_at desc limit 1)
    union all
    select 4, coalesce(c.last_activity_at, c.created_at), 'activity'
  ) known
  where c.status = 'resolved'
  order by known.rank
  limit 1
) r on true
where t.id = $1 and ($2::uuid[] is null or c.id = any($2::uuid[]))
