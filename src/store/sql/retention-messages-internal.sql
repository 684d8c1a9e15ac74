-- Messages of tenant $1 from more than $3 days ago that customers never saw and that still say who of the team wrote them, at most $2
-- (null: all). No number reads their author; of public ones it does (replies by agent), so there it stays.
select m.id::text as id, m.revision::text as version from public.messages m
where m.tenant_id = $1 and m.agent_id is not null and (m.private or m.direction = 'activity') and m.deleted_at is null
  and m.created_at < clock_timestamp() - make_interval(days => $3::integer)
order by m.created_at
limit $2
