-- The payload of tenant $1 that is furthest beyond its time: by more than $4 days. $2 days for all, $3 every kind of record; a stream of its
-- own length counts for what it yields, the longest wins (as in retention-raw). Told by one probe of an index for each kind of record.
select g.source, g.entity, g.days::int as days, extract(day from clock_timestamp() - o.synced_at)::int as age_days
from (
  select c.id as connection_id, c.source, e.entity, coalesce(max(s.days), $2::integer) as days
  from ops.connections c
  cross join unnest($3::text[]) as e(entity)
  left join ops.retention s
    on s.tenant_id = $1 and s.kind = 'raw' and s.source = c.source and s.entities @> array[e.entity]
  where c.tenant_id = $1
  group by c.id, c.source, e.entity
) g
cross join lateral (
  select x.synced_at from raw.records x
  where x.tenant_id = $1 and x.connection_id = g.connection_id and x.entity = g.entity
  order by x.synced_at limit 1
) o
where o.synced_at < clock_timestamp() - make_interval(days => g.days::int + $4::integer)
order by extract(epoch from clock_timestamp() - o.synced_at) - 86400 * g.days desc
limit 1
