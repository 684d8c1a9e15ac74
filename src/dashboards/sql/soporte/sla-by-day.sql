select
  day,
  max(compliance) filter (where promise = 'first_response') as first_response,
  max(compliance) filter (where promise = 'resolution') as resolution
from kpi.sla_by_day
where day between {{desde}}::date and {{hasta}}::date
group by day
order by day
