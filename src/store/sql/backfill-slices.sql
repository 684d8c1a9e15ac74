-- The slices of a backfill ($2) with what their runs have read so far.
select s.slice, s.slice_from, s.slice_until, s.state, s.started_at, s.ended_at, s.expected::float8 as expected, s.expected_precision,
  s.counted::float8 as counted, s.stored::float8 as stored, s.differing,
  coalesce(k.records, 0)::float8 as records, coalesce(k.rows, 0)::float8 as rows, coalesce(w.seconds, 0)::float8 as seconds
from ops.backfill_slices s
join ops.backfills b on b.tenant_id = s.tenant_id and b.id = s.backfill_id
cross join lateral (
  select sum(c.read) as rows, sum(c.read) filter (where c.entity = b.counted_entity) as records
  from ops.runs r join ops.run_counts c on c.tenant_id = r.tenant_id and c.run_id = r.id
  where r.tenant_id = s.tenant_id and r.lane collate "C" = 'backfill:' || s.backfill_id || ':' || s.slice and r.lane <> 'live'
) k
cross join lateral (
  select sum(extract(epoch from coalesce(r.ended_at, least(clock_timestamp(), nullif(l.expires_at, '-infinity')), r.started_at) - r.started_at)) as seconds
  from ops.runs r
  left join ops.streams l on l.tenant_id = r.tenant_id and l.connection_id = r.connection_id and l.stream = r.stream and l.lane = r.lane
  where r.tenant_id = s.tenant_id and r.lane collate "C" = 'backfill:' || s.backfill_id || ':' || s.slice and r.lane <> 'live'
) w
where s.tenant_id = $1 and s.backfill_id = $2
order by s.slice
