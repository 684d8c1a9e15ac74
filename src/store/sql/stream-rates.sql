-- Of each stream of the tenants $1: rows a second, rows a request and rows by kind, over its newest runs that read at least 50 records. A
-- run that reads nothing new is all waiting and says nothing about a range that has to be read.
select s.connection_id, c.source, s.stream,
  (sum(m.rows) / greatest(sum(m.seconds), 0.001))::float8 as rows_per_second,
  (sum(m.rows) / greatest(sum(m.requests), 1))::float8 as rows_per_request,
  (
    select jsonb_object_agg(k.entity, k.n) from (
      select k.entity, sum(k.read) as n from ops.run_counts k
      where k.tenant_id = s.tenant_id and k.run_id = any (array_agg(m.id)) group by k.entity
    ) k
  ) as rows
from ops.streams s
join ops.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id
cross join lateral (
  select r.id, r.requests, extract(epoch from r.ended_at - r.started_at) as seconds, k.rows
  from ops.runs r
  cross join lateral (select sum(x.read) as rows from ops.run_counts x where x.tenant_id = r.tenant_id and x.run_id = r.id) k
  where r.tenant_id = s.tenant_id and r.connection_id = s.connection_id and r.stream = s.stream
    and r.started_at > now() - interval '30 days' and r.ended_at is not null and r.outcome in ('verified', 'unverified') and k.rows >= 50
  order by r.started_at desc
  limit 20
) m
where s.tenant_id = any ($1::uuid[]) and s.lane = 'live'
group by s.tenant_id, s.connection_id, c.source, s.stream
