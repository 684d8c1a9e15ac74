-- The local day ($4: time zone) that a full snapshot taken at $3 closes is the one before; the first snapshot of a connection to close it
-- stays. Returns the day when this is the first.
insert into public.inventory_snapshot_days (tenant_id, day, connection_id, source, taken_at)
values ($1, ($3::timestamptz at time zone $4)::date - 1, $2, $5, $3)
on conflict (tenant_id, day, connection_id) do nothing
returning day::text as day
