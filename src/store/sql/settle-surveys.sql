-- Of the answers to one of the surveys $2 the latest counts; of the answers $3 one that names no survey counts by itself.
update public.csat_responses r
set counts = d.counts
from (
  select a.id, a.ordinal = 1 as counts
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select x.id, x.counts as was,
      row_number() over (order by x.deleted_at is null desc, x.created_at desc, length(x.source_id) desc, x.source_id desc) as ordinal
    from public.csat_responses x where x.tenant_id = $1 and x.survey_id = k.id offset 0) a
  where a.was <> (a.ordinal = 1)
  union all
  select a.id, true
  from unnest($3::uuid[]) k(id)
  cross join lateral (
    select x.id from public.csat_responses x where x.tenant_id = $1 and x.id = k.id and x.survey_id is null and not x.counts offset 0) a
) d
where r.tenant_id = $1 and r.id = d.id
