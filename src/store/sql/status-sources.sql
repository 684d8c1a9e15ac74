-- One row for each connection of one tenant ($1) or all: the stream a person would look at first, and what stands behind it.
-- Staleness is kpi.freshness_now's: no reading ended for three intervals and two minutes, or covered_until older than that and an hour.
with judged as (
  select s.tenant_id, s.connection_id, s.stream, s.last_success_at, s.held_because, s.error_kind, s.error_message, s.error_advice,
    s.expires_at > clock_timestamp() as reading, s.next_run_at,
    greatest(extract(epoch from clock_timestamp() - coalesce(s.covered_until, s.last_success_at)), 0)::float8 as lag_seconds,
    case
      when s.held_because is not null then 'held'
      when s.error_kind is not null and s.error_kind <> 'transient' then 'failing'
      when s.last_success_at < clock_timestamp() - a.allowed then 'stale'
      when s.covered_until < clock_timestamp() - greatest(a.allowed, interval '1 hour') then 'stale'
      when s.error_kind is not null then 'retrying'
      when s.last_success_at is null then 'loading'
      else 'ok'
    end as state
  from ops.streams s
  cross join lateral (select make_interval(secs => 3 * s.interval_seconds + 120) as allowed) a
  where s.lane = 'live' and ($1::uuid is null or s.tenant_id = $1)
),
ranked as (
  select j.*, count(*) over whole as streams, count(*) filter (where j.state = 'ok') over whole as streams_ok,
    count(*) filter (where j.reading) over whole as streams_reading,
    row_number() over (whole order by array_position(array['held', 'failing', 'stale', 'retrying', 'loading', 'ok'], j.state),
      j.lag_seconds desc nulls first, j.stream) as place
  from judged j
  window whole as (partition by j.tenant_id, j.connection_id)
),
refused as (
  select tenant_id, connection_id, count(*) as records from ops.quarantine
  where state = 'open' and ($1::uuid is null or tenant_id = $1) group by 1, 2
)
select c.tenant_id, t.rut, t.company_name, t.time_zone, c.id as connection_id, c.source, c.name,
  case
    when c.status = 'paused' or t.status <> 'active' then 'paused'
    when r.state in ('held', 'failing', 'stale') then 'trouble'
    when r.state in ('retrying', 'loading') or q.records > 0 then 'attention'
    else 'ok'
  end as light,
  coalesce(r.streams, 0)::float8 as streams, coalesce(r.streams_ok, 0)::float8 as streams_ok,
  coalesce(r.streams_reading, 0)::float8 as streams_reading, r.stream, r.state, r.lag_seconds, r.last_success_at,
  coalesce(q.records, 0)::float8 as open_quarantine, coalesce(r.held_because, r.error_message || '. ' || r.error_advice) as problem
from ops.connections c
join public.tenants t on t.id = c.tenant_id and t.status <> 'erased'
left join ranked r on r.tenant_id = c.tenant_id and r.connection_id = c.id and r.place = 1
left join refused q on q.tenant_id = c.tenant_id and q.connection_id = c.id
where $1::uuid is null or c.tenant_id = $1
order by t.company_name, t.rut, c.source, c.name
