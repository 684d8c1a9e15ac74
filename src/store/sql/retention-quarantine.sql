-- Refusals of tenant $1 that were closed more than $3 days ago, at most $2 (null: all). Open ones wait for a person, however old.
select q.id::text as id, q.state as version from ops.quarantine q
where q.tenant_id = $1 and q.state <> 'open' and q.closed_at < clock_timestamp() - make_interval(days => $3::integer)
limit $2
