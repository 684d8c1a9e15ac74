-- What a sync observes: conversations of $2 that show another status than the one last seen. The status holds, at the latest, since the
-- source's own clock of this version; where it has none (before Chatwoot 4.0.2), since now. Facts, not derived: no rebuild makes them anew.
with seen as materialized (
  select c.id, c.status, greatest(case when c.source_updated_at = '-infinity' then now() else c.source_updated_at end, h.valid_from) as since,
    h.ordinal
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select x.id, x.status, x.source_updated_at, x.deleted_at from public.conversations x
    where x.tenant_id = $1 and x.id = k.id offset 0) c
  left join lateral (
    select x.ordinal, x.status, x.valid_from from public.conversation_status_history x
    where x.tenant_id = $1 and x.conversation_id = c.id order by x.ordinal desc limit 1) h on true
  where c.deleted_at is null and h.status is distinct from c.status
),
ended as (
  update public.conversation_status_history h
  set valid_until = s.since
  from seen s
  where h.tenant_id = $1 and h.conversation_id = any (array(select id from seen)) and h.conversation_id = s.id and h.ordinal = s.ordinal
)
insert into public.conversation_status_history (tenant_id, conversation_id, ordinal, status, valid_from)
select $1::uuid, s.id, coalesce(s.ordinal, 0) + 1, s.status, s.since from seen s order by s.id
