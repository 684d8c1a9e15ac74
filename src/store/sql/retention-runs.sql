-- Runs of tenant $1 that began more than $3 days ago, at most $2 (null: all): not a stream's last one, nor those of backfills, whose
-- report is made of them.
select r.id::text as id, '' as version from ops.runs r
where r.tenant_id = $1 and r.started_at < clock_timestamp() - make_interval(days => $3::integer) and r.lane not like 'backfill:%'
  and not exists (select from ops.streams s where s.tenant_id = $1 and s.last_run_id = r.id)
order by r.started_at
limit $2
