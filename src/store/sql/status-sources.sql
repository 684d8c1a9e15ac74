-- One row for each connection of one tenant ($1) or all: the stream a person would look at first, and what stands behind it.
with ranked as (
  select j.*, count(*) over whole as streams, count(*) filter (where j.state = 'ok') over whole as streams_ok,
    count(*) filter (where j.reading) over whole as streams_reading,
    row_number() over (whole order by array_position(array['held', 'failing', 'stale', 'retrying', 'loading', 'ok'], j.state),
      j.lag_seconds desc nulls first, j.stream) as place
  from ops.stream_health j where $1::uuid is null or j.tenant_id = $1
  window whole as (partition by j.tenant_id, j.connection_id)
),
refused as (
  select tenant_id, connection_id, count(*) as records from ops.quarantine
  where state = 'open' and ($1::uuid is null or tenant_id = $1) group by 1, 2
),
-- What the last sweeps found above their guard, and the days that by the last comparison are not as in the source.
withheld as (
  select tenant_id, connection_id, min(problem) as problem from ops.sweeps
  where state = 'held' and ($1::uuid is null or tenant_id = $1) group by 1, 2
),
differing as (
  select tenant_id, connection_id, count(*) as days from ops.verified_days
  where state = 'differs' and ($1::uuid is null or tenant_id = $1) group by 1, 2
)
select c.tenant_id, t.rut, t.company_name, t.time_zone, c.id as connection_id, c.source, c.name,
  case
    when c.status = 'paused' or t.status <> 'active' then 'paused'
    when r.state in ('held', 'failing', 'stale') or w.problem is not null then 'trouble'
    when r.state in ('retrying', 'loading') or q.records > 0 or d.days > 0 then 'attention'
    else 'ok'
  end as light,
  coalesce(r.streams, 0)::float8 as streams, coalesce(r.streams_ok, 0)::float8 as streams_ok,
  coalesce(r.streams_reading, 0)::float8 as streams_reading, r.stream, r.state, r.lag_seconds, r.last_success_at,
  coalesce(q.records, 0)::float8 as open_quarantine, coalesce(d.days, 0)::float8 as days_differing,
  coalesce(r.problem, w.problem, d.days || ' days differ from the source; see: kpi verify --tenant ' || t.rut || ' --source ' || c.source) as problem
from ops.connections c
join public.tenants t on t.id = c.tenant_id and t.status <> 'erased'
left join ranked r on r.tenant_id = c.tenant_id and r.connection_id = c.id and r.place = 1
left join refused q on q.tenant_id = c.tenant_id and q.connection_id = c.id
left join withheld w on w.tenant_id = c.tenant_id and w.connection_id = c.id
left join differing d on d.tenant_id = c.tenant_id and d.connection_id = c.id
where $1::uuid is null or c.tenant_id = $1
order by t.company_name, t.rut, c.source, c.name
