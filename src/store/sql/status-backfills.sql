-- Backfills under way of one tenant ($1) or all, with how many of their slices are done.
select b.tenant_id, t.rut, b.id, b.source, b.stream, b.range_from, b.range_until, b.state, s.slices, s.slices_done
from ops.backfills b
join public.tenants t on t.id = b.tenant_id
cross join lateral (
  select count(*)::float8 as slices, (count(*) filter (where x.state = 'done'))::float8 as slices_done
  from ops.backfill_slices x where x.tenant_id = b.tenant_id and x.backfill_id = b.id
) s
where b.ended_at is null and ($1::uuid is null or b.tenant_id = $1)
order by b.created_at
