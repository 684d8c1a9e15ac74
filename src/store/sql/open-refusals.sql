-- Refused records that wait for a person, by stream.
select q.tenant_id, t.rut, t.company_name, c.source, q.stream, q.records, q.oldest_days
from (
  select tenant_id, connection_id, stream, count(*)::float8 as records,
    floor(extract(epoch from clock_timestamp() - min(first_seen_at)) / 86400)::float8 as oldest_days
  from ops.quarantine where state = 'open' group by 1, 2, 3
) q
join ops.connections c on c.tenant_id = q.tenant_id and c.id = q.connection_id
join public.tenants t on t.id = q.tenant_id
order by t.company_name, c.source, q.stream
