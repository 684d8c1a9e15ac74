-- Every live stream with its state, lag and refused records.
select h.tenant_id, c.source, h.stream, h.lag_seconds, coalesce(q.records, 0)::float8 as open_quarantine,
  case when c.status = 'paused' or t.status <> 'active' then 'paused' else h.state end as state
from ops.stream_health h
join ops.connections c on c.tenant_id = h.tenant_id and c.id = h.connection_id
join public.tenants t on t.id = h.tenant_id and t.status <> 'erased'
left join (
  select tenant_id, connection_id, stream, count(*) as records from ops.quarantine where state = 'open' group by 1, 2, 3
) q on q.tenant_id = h.tenant_id and q.connection_id = h.connection_id and q.stream = h.stream
