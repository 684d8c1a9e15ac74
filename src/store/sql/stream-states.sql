-- Every live stream of one tenant ($1) or all, with how it is (ops.stream_health says that, here as everywhere) and what stands behind it.
select s.tenant_id, t.rut, t.company_name, s.connection_id, c.source, s.stream,
  case when c.status = 'paused' or t.status <> 'active' then 'paused' else h.state end as state,
  h.reading,
  s.last_success_at, s.covered_from, s.covered_until,
  h.lag_seconds,
  coalesce((select sum(k.read) from ops.run_counts k join ops.runs r on r.tenant_id = k.tenant_id and r.id = k.run_id
    where r.tenant_id = s.tenant_id and r.connection_id = s.connection_id and r.stream = s.stream and r.lane = 'live'), 0)::float8 as rows,
  (select count(*) from ops.quarantine q where q.tenant_id = s.tenant_id and q.connection_id = s.connection_id and q.stream = s.stream
    and q.state = 'open')::float8 as open_quarantine,
  v.ended_at as verified_at, v.state as verification, v.days_differing,
  h.problem,
  (select coalesce(jsonb_agg(n - 'es'), '[]') from jsonb_array_elements(s.notices) as n) || coalesce((select jsonb_agg(jsonb_build_object('code', 'sweep_held', 'message', w.problem)) from ops.sweeps w
    where w.tenant_id = s.tenant_id and w.connection_id = s.connection_id and w.stream = s.stream and w.state = 'held'), '[]') as notices,
  (select string_agg(r.cause || ' ' || (100 * r.done / greatest(r.total, 1))::text || ' %', ', ' order by r.created_at) from ops.recomputations r
    where r.tenant_id = s.tenant_id and r.state = 'running') as recomputing
from ops.streams s
join ops.stream_health h on h.tenant_id = s.tenant_id and h.connection_id = s.connection_id and h.stream = s.stream
join ops.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id
join public.tenants t on t.id = s.tenant_id
left join lateral (
  select x.ended_at, x.state, x.days_differing from ops.verifications x
  where x.tenant_id = s.tenant_id and x.connection_id = s.connection_id and x.stream = s.stream and x.state in ('verified', 'differs')
  order by x.started_at desc limit 1
) v on true
where s.lane = 'live' and ($1::uuid is null or s.tenant_id = $1)
order by t.company_name, c.source, c.name, s.stream
