select
  source /* es */ as source,
  stream /* es */ as stream,
  covered_until,
  lag_seconds,
  case stale_because
    when 'never' then 'Primera lectura sin terminar'
    when 'not_read' then 'No se ha podido leer'
    when 'behind' then 'Atrasado'
    else 'Al día'
  end as state,
  problem_es as problem,
  known_gaps,
  quarantine_open
from kpi.freshness_now
order by is_stale desc, source, stream
