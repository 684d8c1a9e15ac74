select
  case promise when 'first_response' then 'Primera respuesta' when 'resolution' then 'Resolución' end as promise,
  running,
  due_within_hour,
  overdue,
  next_due_at
from kpi.sla_now
order by promise
