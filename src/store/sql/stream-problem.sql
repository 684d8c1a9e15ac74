-- A stream that could not be started says why; it is tried again later, and connecting again makes it due at once.
update ops.streams
set error_kind = $5, error_code = $6, error_message = $7, error_advice = $8, failures = failures + 1,
    next_run_at = clock_timestamp() + interval '15 minutes'
where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4 and expires_at < clock_timestamp()
