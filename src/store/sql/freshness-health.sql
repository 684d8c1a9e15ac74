-- What is known of a stream's health beside its coverage, put where dashboards look: readers have no right on ops. Only what differs is
-- written, so that a run without news costs nothing.
update kpi.freshness f
set interval_seconds = n.interval_seconds, quiet_from = n.quiet_from, quiet_until = n.quiet_until, error_kind = n.error_kind, error_code = n.error_code,
    failing_since = case when n.error_kind is not null then coalesce(f.failing_since, clock_timestamp()) end,
    notices = n.notices, quarantine_open = n.quarantine_open, backfills_running = n.backfills_running,
    backfill_from = n.backfill_from, backfill_until = n.backfill_until,
    verified_at = n.verified_at, verified_from = n.verified_from, days_differing = n.days_differing
from (
  select s.interval_seconds, c.quiet_from, c.quiet_until, s.error_kind, s.error_code, s.notices, q.quarantine_open, b.backfills_running, b.backfill_from,
    b.backfill_until, v.ended_at as verified_at, v.first_day as verified_from, v.days_differing
  from ops.streams s
  join ops.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id
  cross join lateral (
    select count(*)::integer as quarantine_open from ops.quarantine x
    where x.tenant_id = s.tenant_id and x.connection_id = s.connection_id and x.stream = s.stream and x.state = 'open'
  ) q
  cross join lateral (
    select count(*)::integer as backfills_running, min(x.range_from) as backfill_from, max(x.range_until) as backfill_until
    from ops.backfills x
    where x.tenant_id = s.tenant_id and x.connection_id = s.connection_id and x.stream = s.stream and x.state in ('running', 'waiting')
  ) b
  left join lateral (
    select x.ended_at, x.first_day, x.days_differing from ops.verifications x
    where x.tenant_id = s.tenant_id and x.connection_id = s.connection_id and x.stream = s.stream and x.state in ('verified', 'differs')
    order by x.started_at desc limit 1
  ) v on true
  where s.tenant_id = $1 and s.connection_id = $2 and s.stream = $3 and s.lane = 'live'
) n
where f.tenant_id = $1 and f.connection_id = $2 and f.stream = $3
  and (f.interval_seconds, f.quiet_from, f.quiet_until, f.error_kind, f.error_code, f.notices, f.quarantine_open, f.backfills_running, f.backfill_from,
    f.backfill_until, f.verified_at, f.verified_from, f.days_differing)
    is distinct from
    (n.interval_seconds, n.quiet_from, n.quiet_until, n.error_kind, n.error_code, n.notices, n.quarantine_open, n.backfills_running, n.backfill_from,
    n.backfill_until, n.verified_at, n.verified_from, n.days_differing)
