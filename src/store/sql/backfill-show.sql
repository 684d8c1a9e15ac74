-- Backfills with slices, progress and balance: of tenants ($1), one id ($2), only open ones ($3), at most so many ($4). What has ended says
-- what was written down with it; what has not is added up from its runs.
select b.tenant_id, t.rut, t.company_name, t.time_zone, t.status as tenant_status, b.id, b.connection_id, b.source, b.stream, b.range_from, b.range_until, b.reason,
  b.requested_by, b.priority, b.only_missing, b.state, b.outcome, b.outcome_because, b.error_message, b.changed_by, b.retry_at, b.retries,
  b.created_at, b.ended_at, s.slices, s.slices_done, s.expected, s.expected_exact,
  coalesce(k.read, 0)::float8 as read, coalesce(k.inserted, 0)::float8 as inserted, coalesce(k.updated, 0)::float8 as updated,
  coalesce(k.unchanged, 0)::float8 as unchanged, coalesce(k.superseded, 0)::float8 as superseded,
  coalesce(k.excluded, 0)::float8 as excluded, coalesce(k.quarantined, 0)::float8 as quarantined,
  coalesce(k.tombstoned, 0)::float8 as tombstoned, coalesce(k.records, 0)::float8 as records,
  coalesce(w.requests, 0)::float8 as requests, coalesce(w.seconds, 0)::float8 as seconds,
  e.entities
from ops.backfills b
join public.tenants t on t.id = b.tenant_id
cross join lateral (
  select count(*)::int as slices, (count(*) filter (where x.state = 'done'))::int as slices_done, sum(x.expected)::float8 as expected,
    coalesce(bool_and(x.expected_precision = 'exact'), false) as expected_exact
  from ops.backfill_slices x where x.tenant_id = b.tenant_id and x.backfill_id = b.id
) s
cross join lateral (
  select coalesce(b.report, jsonb_agg(to_jsonb(c) order by c.entity), '[]') as entities
  from (
    select k.entity, sum(k.read) as read, sum(k.inserted) as inserted, sum(k.updated) as updated, sum(k.unchanged) as unchanged,
      sum(k.superseded) as superseded, sum(k.excluded) as excluded, sum(k.quarantined) as quarantined, sum(k.tombstoned) as tombstoned
    from ops.runs r join ops.run_counts k on k.tenant_id = r.tenant_id and k.run_id = r.id
    where b.report is null and r.tenant_id = b.tenant_id
      and r.lane collate "C" >= 'backfill:' || b.id || ':' and r.lane collate "C" < 'backfill:' || b.id || ';' and r.lane <> 'live'
    group by k.entity
  ) c
) e
cross join lateral (
  select sum((c ->> 'read')::numeric) as read, sum((c ->> 'inserted')::numeric) as inserted, sum((c ->> 'updated')::numeric) as updated,
    sum((c ->> 'unchanged')::numeric) as unchanged, sum((c ->> 'superseded')::numeric) as superseded,
    sum((c ->> 'excluded')::numeric) as excluded, sum((c ->> 'quarantined')::numeric) as quarantined,
    sum((c ->> 'tombstoned')::numeric) as tombstoned, sum((c ->> 'read')::numeric) filter (where c ->> 'entity' = b.counted_entity) as records
  from jsonb_array_elements(e.entities) c
) k
cross join lateral (
  -- A run that never ended was killed: it was at work at most until its lease ran out.
  select sum(r.requests) as requests,
    sum(extract(epoch from coalesce(r.ended_at, least(clock_timestamp(), nullif(l.expires_at, '-infinity')), r.started_at) - r.started_at)) as seconds
  from ops.runs r
  left join ops.streams l on l.tenant_id = r.tenant_id and l.connection_id = r.connection_id and l.stream = r.stream and l.lane = r.lane
  where r.tenant_id = b.tenant_id
    and r.lane collate "C" >= 'backfill:' || b.id || ':' and r.lane collate "C" < 'backfill:' || b.id || ';' and r.lane <> 'live'
) w
where ($1::uuid[] is null or b.tenant_id = any ($1)) and ($2::uuid is null or b.id = $2)
  and (not $3::boolean or b.state in ('running', 'paused', 'waiting'))
order by b.created_at desc, b.id
limit $4
