-- When streams are read: an interval that a person may set, and hours in which a source is left alone.

alter table ops.streams
  add column interval_set integer check (interval_set between 60 and 604800);
comment on column ops.streams.interval_seconds is 'Longest pause between two runs, in seconds: the connector''s, or what a person set. A busy stream is read sooner.';
comment on column ops.streams.interval_set is 'What a person set; null: the connector''s own.';

alter table ops.connections
  add column quiet_from time,
  add column quiet_until time,
  add constraint quiet_hours check (num_nulls(quiet_from, quiet_until) in (0, 2) and quiet_from <> quiet_until);
comment on column ops.connections.quiet_from is 'From this time of the tenant''s clock nothing is read by itself; null: always awake.';
comment on column ops.connections.quiet_until is 'Until this time, of the next day when it is not after quiet_from.';

alter table kpi.freshness
  add column quiet_from time,
  add column quiet_until time;
comment on column kpi.freshness.quiet_from is 'Desde esta hora local el origen no se lee; nulo: se lee siempre.';
comment on column kpi.freshness.quiet_until is 'Hasta esta hora local.';

-- A day of the change to summer time has no 00:30: Postgres takes the instant after the gap. That the quiet hours of that night are an hour
-- shorter is what the wall clock says.
create function kpi.last_quiet(instant timestamptz, zone text, quiet_from time, quiet_until time) returns timestamptz
  language sql stable parallel safe
  set search_path = pg_catalog
  return case when quiet_from is null then '-infinity'::timestamptz else (
    select max(least(instant, (n.night + case when quiet_until <= quiet_from then 1 else 0 end + quiet_until) at time zone zone))
    from (select (instant at time zone zone)::date - days as night from generate_series(0, 2) days) n
    where (n.night + quiet_from) at time zone zone <= instant) end;
comment on function kpi.last_quiet(timestamptz, text, time, time) is
'Último instante, hasta el dado, en que el origen estaba en sus horas de descanso: ese mismo instante si lo está ahora, -infinity si no las tiene.';
revoke all on function kpi.last_quiet(timestamptz, text, time, time) from public;
grant execute on function kpi.last_quiet(timestamptz, text, time, time) to kpi_reader, kpi_analyst, kpi_writer;

create function ops.quiet_ends(instant timestamptz, zone text, quiet_from time, quiet_until time) returns timestamptz
  language sql stable parallel safe
  set search_path = pg_catalog
  return (
    select max(q.ends)
    from (select (instant at time zone zone)::date - days as night from generate_series(0, 1) days) n
    cross join lateral (
      select (n.night + quiet_from) at time zone zone as begins,
        (n.night + case when quiet_until <= quiet_from then 1 else 0 end + quiet_until) at time zone zone as ends) q
    where q.begins <= instant and q.ends > instant);
comment on function ops.quiet_ends(timestamptz, text, time, time) is 'When the quiet hours end that this instant is in; null when it is in none.';
revoke all on function ops.quiet_ends(timestamptz, text, time, time) from public;
grant execute on function ops.quiet_ends(timestamptz, text, time, time) to kpi_writer;

-- A source is never stale in its quiet hours, nor for as long after them.
create or replace view ops.stream_health with (security_invoker = true) as
select
  s.tenant_id,
  s.connection_id,
  s.stream,
  case
    when s.held_because is not null then 'held'
    when s.error_kind is not null and s.error_kind <> 'transient' then 'failing'
    when s.last_success_at < a.read_by and a.quiet < a.read_by then 'stale'
    when s.covered_until < a.covered_by and a.quiet < a.covered_by then 'stale'
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
from (select clock_timestamp() as now) as clock
cross join ops.streams as s
join ops.connections as c on c.tenant_id = s.tenant_id and c.id = s.connection_id
join public.tenants as t on t.id = s.tenant_id
cross join lateral (select make_interval(secs => 3 * s.interval_seconds + 120) as allowed) as i
cross join lateral (
  select
    clock.now - i.allowed as read_by,
    clock.now - greatest(i.allowed, interval '1 hour') as covered_by,
    kpi.last_quiet(clock.now, t.time_zone, c.quiet_from, c.quiet_until) as quiet
) as a
where s.lane = 'live';
