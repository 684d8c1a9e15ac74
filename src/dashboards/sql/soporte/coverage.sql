select
  case subject when 'support' then 'Soporte' when 'csat' then 'Encuestas' end as subject,
  case when isfinite(first_day) then first_day end as first_day,
  last_day
from kpi.coverage
where subject in ('support', 'csat')
order by 1
