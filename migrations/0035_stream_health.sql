-- How a stream is, in one place: what `kpi status`, metrics and the gateway say of it must be the same.

create view ops.stream_health with (security_invoker = true) as
select
  s.tenant_id,
  s.connection_id,
  s.stream,
  case
    when s.held_because is not null then 'held'
    when s.error_kind is not null and s.error_kind <> 'transient' then 'failing'
    when s.last_success_at < clock_timestamp() - a.allowed then 'stale'
    when s.covered_until < clock_timestamp() - greatest(a.allowed, interval '1 hour') then 'stale'
    when s.error_kind is not null then 'retrying'
    when s.last_success_at is null then 'loading'
    else 'ok'
  end as state,
  -- Of the two nulls of a stream that was never read, greatest() would make a 0.
  case
    when coalesce(s.covered_until, s.last_success_at) is not null
      then greatest(extract(epoch from clock_timestamp() - coalesce(s.covered_until, s.last_success_at)), 0)::float8
  end as lag_seconds,
  s.last_success_at,
  s.expires_at > clock_timestamp() as reading,
  coalesce(s.held_because, s.error_message || '. ' || s.error_advice) as problem
from ops.streams as s
cross join lateral (select make_interval(secs => 3 * s.interval_seconds + 120) as allowed) as a
where s.lane = 'live';

comment on view ops.stream_health is 'State of every live stream, paused ones included. Staleness is that of kpi.freshness_now.';
comment on column ops.stream_health.tenant_id is 'Tenant.';
comment on column ops.stream_health.connection_id is 'Connection.';
comment on column ops.stream_health.stream is 'Stream.';
comment on column ops.stream_health.state is 'The first that holds: held (waits for a person), failing (a person must act), stale (no reading ended for three intervals and two minutes, or what it covers is older than that and an hour), retrying, loading (its first reading has not ended), ok.';
comment on column ops.stream_health.lag_seconds is 'Seconds since what it covers ended, by the clock of its source; null before its first reading has ended.';
comment on column ops.stream_health.last_success_at is 'End of the last complete walk.';
comment on column ops.stream_health.reading is 'Somebody reads it at this moment.';
comment on column ops.stream_health.problem is 'What happened and what to do, when something did.';

grant select on ops.stream_health to kpi_writer;
