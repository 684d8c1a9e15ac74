-- Backfills with slices and balance, of one tenant ($1) or one id ($2).
select b.tenant_id, b.id, b.connection_id, b.source, b.stream, b.range_from, b.range_until, b.reason, b.requested_by, b.state,
  b.error_message, b.created_at, b.ended_at, s.slices, s.slices_done,
  coalesce(k.read, 0)::float8 as read, coalesce(k.inserted, 0)::float8 as inserted, coalesce(k.updated, 0)::float8 as updated,
  coalesce(k.unchanged, 0)::float8 as unchanged, coalesce(k.superseded, 0)::float8 as superseded,
  coalesce(k.excluded, 0)::float8 as excluded, coalesce(k.quarantined, 0)::float8 as quarantined,
  coalesce(k.tombstoned, 0)::float8 as tombstoned
from ops.backfills b
cross join lateral (
  select count(*)::int as slices, (count(*) filter (where x.state = 'done'))::int as slices_done
  from ops.backfill_slices x where x.tenant_id = b.tenant_id and x.backfill_id = b.id
) s
left join lateral (
  select sum(c.read) as read, sum(c.inserted) as inserted, sum(c.updated) as updated, sum(c.unchanged) as unchanged,
    sum(c.superseded) as superseded, sum(c.excluded) as excluded, sum(c.quarantined) as quarantined, sum(c.tombstoned) as tombstoned
  from ops.runs r join ops.run_counts c on c.tenant_id = r.tenant_id and c.run_id = r.id
  where r.tenant_id = b.tenant_id and r.connection_id = b.connection_id and r.stream = b.stream and r.lane like 'backfill:' || b.id || ':%'
) k on true
where ($1::uuid is null or b.tenant_id = $1) and ($2::uuid is null or b.id = $2)
order by b.created_at desc
