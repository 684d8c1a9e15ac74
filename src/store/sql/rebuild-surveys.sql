-- Local day of each answer, and whether it is the latest to its survey. Answers $2 (null: all).
select r.id, (r.created_at at time zone t.time_zone)::date as business_day,
  r.survey_id is null or not exists (
    select from public.csat_responses o
    where o.tenant_id = t.id and o.survey_id = r.survey_id and o.id <> r.id
      and ((o.deleted_at is null)::integer, o.created_at, length(o.source_id), o.source_id)
        > ((r.deleted_at is null)::integer, r.created_at, length(r.source_id), r.source_id)) as counts
from public.tenants t
join public.csat_responses r on r.tenant_id = t.id
where t.id = $1 and ($2::uuid[] is null or r.id = any($2::uuid[]))
