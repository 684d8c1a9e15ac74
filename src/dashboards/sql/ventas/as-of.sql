select
  as_of,
  case when is_stale then 'Atrasado' else 'Al día' end as state,
  held_back_by /* es */ as held_back_by,
  records_refused
from kpi.dashboard_as_of
where dashboard = 'Ventas'
