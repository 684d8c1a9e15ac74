-- The end of a backfill ($1 tenant, $2 id): its report by entity, added up from its runs, and how its slices compare with the source.
update ops.backfills b
set state = 'done', error_message = null, retry_at = null, ended_at = clock_timestamp(), report = r.report,
    outcome = case when s.differing = 0 and s.untold = 0 then 'verified' else 'unverified' end,
    outcome_because = case
      when s.differing > 0 then 'the source counts ' || s.counted || ' records and the warehouse holds ' || s.stored || '; differing: ' || coalesce(s.days, s.slices)
      when s.untold = s.all_slices then 'its source does not count these records, or could not be asked'
      when s.untold > 0 then 'the source could not be compared for ' || s.untold || ' of ' || s.all_slices || ' slices; the others agree'
    end
from (
  select coalesce(jsonb_agg(to_jsonb(c) order by c.entity), '[]') as report
  from (
    select k.entity, sum(k.read) as read, sum(k.inserted) as inserted, sum(k.updated) as updated, sum(k.unchanged) as unchanged,
      sum(k.superseded) as superseded, sum(k.excluded) as excluded, sum(k.quarantined) as quarantined, sum(k.tombstoned) as tombstoned
    from ops.runs r join ops.run_counts k on k.tenant_id = r.tenant_id and k.run_id = r.id
    where r.tenant_id = $1 and r.lane collate "C" >= 'backfill:' || $2::text || ':' and r.lane collate "C" < 'backfill:' || $2::text || ';' and r.lane <> 'live'
    group by k.entity
  ) c
) r,
(
  select count(*) as all_slices, count(*) filter (where x.counted is null or x.stored is null) as untold,
    count(*) filter (where x.counted <> x.stored) as differing, sum(x.counted) as counted, sum(x.stored) as stored,
    (select string_agg(d ->> 'day' || ' (' || (d ->> 'counted') || ' and ' || (d ->> 'stored') || ')', ', ' order by d ->> 'day')
     from (
       select d from ops.backfill_slices y cross join lateral jsonb_array_elements(y.differing) d
       where y.tenant_id = $1 and y.backfill_id = $2::uuid order by d ->> 'day' limit 10
     ) days) as days,
    string_agg('slice ' || x.slice, ', ' order by x.slice) filter (where x.counted <> x.stored) as slices
  from ops.backfill_slices x where x.tenant_id = $1 and x.backfill_id = $2::uuid
) s
where b.tenant_id = $1 and b.id = $2::uuid and b.state in ('running', 'waiting')
