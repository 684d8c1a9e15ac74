select
  'Automatizaciones' as subject,
  case when isfinite(first_day) then first_day end as first_day,
  last_day
from kpi.coverage
where subject = 'automation'
