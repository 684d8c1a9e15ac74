-- Sets the interval of streams $3 of a connection to $4 seconds, or back to the connector's own ($5, one for each) when that is null. What
-- would be due later than the new interval allows is due then; what is due sooner stays.
update ops.streams s
set interval_set = $4::integer, interval_seconds = coalesce($4::integer, w.usual, s.interval_seconds),
    next_run_at = least(s.next_run_at, clock_timestamp() + make_interval(secs => coalesce($4::integer, w.usual, s.interval_seconds)))
from unnest($3::text[], $5::integer[]) w(stream, usual)
where s.tenant_id = $1 and s.connection_id = $2 and s.lane = 'live' and s.stream = w.stream
