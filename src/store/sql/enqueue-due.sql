-- One job for each connection with a due stream, unless its source has its quiet hours. The job key keeps one waiting job per connection,
-- however often this runs and on however many workers. Due streams come first and by their index (clock_timestamp() would not let it be
-- used): with nothing due, nothing else is looked at, however many tenants there are.
with due as materialized (
  select distinct s.tenant_id, s.connection_id
  from ops.streams s
  where s.lane = 'live' and s.next_run_at <= statement_timestamp() and s.expires_at < statement_timestamp()
)
select ops.enqueue('sync', json_build_object('tenant_id', due.tenant_id, 'connection_id', due.connection_id), job_key => 'sync:' || due.connection_id)
from due
join ops.connections c on c.tenant_id = due.tenant_id and c.id = due.connection_id and c.status = 'active'
join public.tenants t on t.id = due.tenant_id and t.status = 'active'
where ops.quiet_ends(statement_timestamp(), t.time_zone, c.quiet_from, c.quiet_until) is null
