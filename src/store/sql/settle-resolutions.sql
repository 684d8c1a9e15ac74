-- When the conversations $2 were resolved last, if they still are: by Chatwoot's event, else by the change that was observed, else (first
-- seen resolved) by the last activity message, the last activity, the beginning. An event tells of this resolution only when it is younger
-- than the last version that was seen in another status. $3: the tenant's zone. `offset 0`: see link-orders.sql.
with decided as materialized (
  select c.id, r.at, r.how, (r.at at time zone $3::text)::date as day
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select x.id, x.status, x.created_at, x.last_activity_at, x.deleted_at, x.resolved_at, x.resolved_at_source, x.resolved_day
    from public.conversations x where x.tenant_id = $1 and x.id = k.id offset 0) c
  left join lateral (
    select max(x.valid_from) filter (where x.status <> 'resolved') as otherwise, max(x.valid_from) filter (where x.ordinal > 1) as observed
    from public.conversation_status_history x where x.tenant_id = $1 and x.conversation_id = c.id) h on true
  left join lateral (
    select max(x.created_at) as at from public.conversation_events x
    where x.tenant_id = $1 and x.conversation_id = c.id and x.name = 'conversation_resolved' and x.deleted_at is null) e on true
  left join lateral (
    select max(x.created_at) as at from public.messages x
    where h.observed is null and x.tenant_id = $1 and x.conversation_id = c.id and x.direction = 'activity' and x.deleted_at is null) m on true
  cross join lateral (
    select
      case when c.status <> 'resolved' then null when e.at >= coalesce(h.otherwise, '-infinity') then e.at
        else coalesce(h.observed, m.at, c.last_activity_at, c.created_at) end as at,
      case when c.status <> 'resolved' then null when e.at >= coalesce(h.otherwise, '-infinity') then 'event'
        when h.observed is not null then 'observed' else 'activity' end as how
  ) r
  where (c.resolved_at, c.resolved_at_source, c.resolved_day) is distinct from (r.at, r.how, (r.at at time zone $3::text)::date)
)
update public.conversations c
set resolved_at = d.at, resolved_at_source = d.how, resolved_day = d.day
from decided d
where c.tenant_id = $1 and c.id = any (array(select id from decided)) and c.id = d.id
