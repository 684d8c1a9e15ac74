-- One job for each connection with a due stream, unless its source has its quiet hours. The job key keeps one waiting job per connection,
-- however often this runs and on however many workers.
select ops.enqueue('sync', json_build_object('tenant_id', due.tenant_id, 'connection_id', due.connection_id), job_key => 'sync:' || due.connection_id)
from (
  select distinct s.tenant_id, s.connection_id
  from (select clock_timestamp() as now) as clock
  cross join ops.streams s
  join ops.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id and c.status = 'active'
  join public.tenants t on t.id = s.tenant_id and t.status = 'active'
  where s.lane = 'live' and s.next_run_at <= clock.now and s.expires_at < clock.now
    and ops.quiet_ends(clock.now, t.time_zone, c.quiet_from, c.quiet_until) is null
) due
