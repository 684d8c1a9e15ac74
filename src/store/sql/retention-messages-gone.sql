-- Messages of tenant $1 from more than $3 days ago that the source no longer has, at most $2 (null: all). No number is made of them.
select m.id::text as id, m.revision::text as version from public.messages m
where m.tenant_id = $1 and m.deleted_at is not null and m.created_at < clock_timestamp() - make_interval(days => $3::integer)
order by m.created_at
limit $2
