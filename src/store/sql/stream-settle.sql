-- The end of a run, as the stream remembers it; only while the epoch is still this run's. $7: it succeeded. $13: it read as long as it
-- might, without a failure: tries are counted from there, or a walk of many slices would add up the faults of many days.
update ops.streams
set expires_at = '-infinity', holder = null, backend_pid = null, backend_start = null, last_run_id = $6,
    last_success_at = case when $7::boolean then clock_timestamp() else last_success_at end,
    next_run_at = case when $8::double precision is null then next_run_at else clock_timestamp() + make_interval(secs => $8::double precision) end,
    failures = case when $13::boolean then 0 when $9::text is null then failures else failures + 1 end,
    error_kind = $9, error_code = $10, error_message = $11, error_advice = $12
where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4 and epoch = $5
