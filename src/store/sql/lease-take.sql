-- No row comes back when somebody else holds the lease. The previous holder's backend comes with it when it never let go, unless it
-- is this very one: a run that could not write down its end leaves its lease to expire and its connection to the next.
with previous as (
  select backend_pid, backend_start from ops.streams where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4
),
me as (select backend_start from pg_stat_activity where pid = pg_backend_pid()),
taken as (
  insert into ops.streams as s (tenant_id, connection_id, stream, lane, epoch, holder, backend_pid, backend_start, expires_at)
  select $1, $2, $3, $4, 1, $5, pg_backend_pid(), (select backend_start from me), clock_timestamp() + make_interval(secs => $6)
  -- Of a company that is being erased nothing comes back.
  where exists (select from ops.connections c where c.tenant_id = $1 and c.id = $2)
  on conflict (tenant_id, connection_id, stream, lane) do update set
    epoch = s.epoch + 1, holder = excluded.holder, backend_pid = excluded.backend_pid, backend_start = excluded.backend_start,
    expires_at = excluded.expires_at
  where s.expires_at < clock_timestamp()
  returning epoch::text as epoch, cursor, held_because, held_release, interval_seconds,
    extract(epoch from clock_timestamp() - last_success_at)::float8 as since_success_seconds
)
select taken.*, previous.backend_pid as old_pid, previous.backend_start::text as old_start
from taken left join previous on previous.backend_pid <> pg_backend_pid()
