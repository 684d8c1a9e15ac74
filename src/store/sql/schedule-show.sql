-- When the live streams of tenant $1 are read, of connection $2 (null: all).
select c.id as connection_id, c.source, c.name, s.stream, s.interval_seconds, s.interval_set is not null as set_by_person,
  to_char(c.quiet_from, 'HH24:MI') as quiet_from, to_char(c.quiet_until, 'HH24:MI') as quiet_until, s.next_run_at,
  ops.quiet_ends(clock_timestamp(), t.time_zone, c.quiet_from, c.quiet_until) as quiet_now_until
from public.tenants t
join ops.connections c on c.tenant_id = t.id and ($2::uuid is null or c.id = $2)
join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.lane = 'live'
where t.id = $1
order by c.source, c.name, s.stream
