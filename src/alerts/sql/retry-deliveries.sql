-- Dead messages are tried anew, from the first attempt: those of $2, or all of tenant $1 (or of everybody).
update ops.alert_deliveries
set state = 'waiting', attempts = 0, next_try_at = clock_timestamp(), claimed_until = '-infinity', created_at = clock_timestamp()
where state = 'dead' and ($1::uuid is null or tenant_id = $1) and ($2::uuid[] is null or id = any ($2))
returning tenant_id, id
