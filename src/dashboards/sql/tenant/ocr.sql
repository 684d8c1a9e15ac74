with period as (select {{desde}}::date as first_day, {{hasta}}::date as last_day)
select
  -- Where a day of the period is not known, or the rule chooses nothing, the sum is not known either.
  case when k.is_covered and k.days = k.runs_days then k.runs end as runs,
  case when k.is_covered and k.days = k.documents_days then k.documents end as documents
from (
  select
    p.first_day >= c.first_day and p.last_day <= c.last_day as is_covered,
    count(o.day) as days,
    count(o.runs) as runs_days,
    sum(o.runs) as runs,
    count(o.documents) as documents_days,
    sum(o.documents) as documents
  from period as p
  join kpi.coverage as c on c.subject = 'automation'
  left join kpi.ocr_runs as o on o.tenant_id = c.tenant_id and o.day between p.first_day and p.last_day
  group by p.first_day, p.last_day, c.first_day, c.last_day
) as k
