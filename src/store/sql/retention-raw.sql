-- Payloads of tenant $1 that nobody needs any more, at most $2 (null: all). $3 days for all; $4 every kind of record.
-- A stream of its own length counts for what it yields, on connections of its source; the longest wins.
select r.id::text as id, r.synced_at::text as version
from (
  select c.id as connection_id, e.entity, clock_timestamp() - make_interval(days => coalesce(max(s.days), $3::integer)) as until
  from ops.connections c
  cross join unnest($4::text[]) as e(entity)
  left join ops.retention s
    on s.tenant_id = $1 and s.kind = 'raw' and s.source = c.source and s.entities @> array[e.entity]
  where c.tenant_id = $1
  group by c.id, e.entity
) g
cross join lateral (
  select x.id, x.synced_at from raw.records x
  where x.tenant_id = $1 and x.connection_id = g.connection_id and x.entity = g.entity and x.synced_at < g.until
  order by x.synced_at limit $2
) r
limit $2
