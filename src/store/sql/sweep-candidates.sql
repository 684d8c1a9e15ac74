-- Rows that a sweep looks for in the source's list, $limit at a time by id: read before the sweep began, not deleted, of this stream ($4:
-- pattern of its source ids, whose group is the id that the list gives), made when the source still shows records ($5).
select r.id, substring(r.source_id from $4) as listed,
  (coalesce($day, r.source_created_at at time zone t.time_zone::text))::date::text as day
from $table r
join public.tenants t on t.id = r.tenant_id
where r.tenant_id = $1 and r.connection_id = $2 and r.deleted_at is null and r.read_seq < $3 and r.source_id ~ $4
  and ($5::timestamptz is null or r.source_created_at >= $5) and r.id > $6
order by r.id
limit $7
