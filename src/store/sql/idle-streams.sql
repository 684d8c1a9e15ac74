-- Live streams that ought to be read and are not, with what keeps them from it. $1: seconds of grace.
-- abandoned: whoever held the lease is silent; overdue: due, free, and not read; endless: one run has been at it for an hour.
select s.tenant_id, t.rut, t.company_name, c.source, s.stream, x.why, x.since
from ops.streams s
join ops.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id and c.status = 'active'
join public.tenants t on t.id = s.tenant_id and t.status = 'active'
left join lateral (
  select min(r.started_at) as started_at from ops.runs r
  where r.tenant_id = s.tenant_id and r.connection_id = s.connection_id and r.stream = s.stream and r.lane = s.lane
    and r.outcome = 'running' and r.worker = s.holder
) r on s.expires_at > clock_timestamp()
cross join lateral (
  select 'abandoned' as why, s.expires_at as since
  where s.holder is not null and s.expires_at < clock_timestamp() - make_interval(secs => $1)
  union all
  select 'overdue', s.next_run_at
  where s.holder is null and s.held_because is null and s.next_run_at < clock_timestamp() - make_interval(secs => $1)
  union all
  select 'endless', r.started_at where r.started_at < clock_timestamp() - interval '1 hour'
) x
where s.lane = 'live'
order by x.since
