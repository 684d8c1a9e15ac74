-- The cursor moves with the rows it stands behind, and only for the lease holder of this epoch.
update ops.streams
set cursor = coalesce($6::jsonb, cursor),
    covered_from = case when $9::boolean then $7::timestamptz else covered_from end,
    covered_until = case when $9::boolean then $8::timestamptz else covered_until end,
    held_because = $10,
    held_release = $11,
    notices = coalesce($12::jsonb, notices)
where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4 and epoch = $5
