-- Nothing can leave tenant $1 now, because of $2 (no target, an unreadable secret): look again in $3 seconds, without an attempt spent.
-- What has waited for $4 seconds waits for a person from here on.
update ops.alert_deliveries
set last_error = $2, next_try_at = clock_timestamp() + make_interval(secs => $3::double precision),
  state = case when created_at < clock_timestamp() - make_interval(secs => $4::double precision) then 'dead' else state end
where tenant_id = $1 and state = 'waiting' and next_try_at <= clock_timestamp() and claimed_until <= clock_timestamp()
