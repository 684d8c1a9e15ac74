select t.company_name, t.rut, f.source /* es */ as source, f.stream /* es */ as stream, f.covered_until, f.lag_seconds,
  case f.stale_because when 'never' then 'Primera lectura sin terminar' when 'not_read' then 'No se ha podido leer' when 'behind' then 'Atrasado' end
    as state,
  f.problem_es as problem,
  f.quarantine_open
from kpi.freshness_now as f
join public.tenants as t on t.id = f.tenant_id
where t.status = 'active' and (f.is_stale or f.quarantine_open > 0)
order by f.lag_seconds desc nulls first, t.company_name, f.source, f.stream
limit 100
