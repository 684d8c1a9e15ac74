select
  case e.category
    when 'auth' then 'Credenciales'
    when 'not_found' then 'No existe'
    when 'rate_limit' then 'Límite de uso'
    when 'upstream' then 'Falla del servicio externo'
    when 'client' then 'Solicitud rechazada'
    when 'network' then 'Red'
    when 'timeout' then 'Tiempo agotado'
    when 'code' then 'Código'
    when 'validation' then 'Configuración o datos del nodo'
    when 'crash' then 'Caída de n8n'
    when 'other' then 'Otro'
    when 'unknown' then 'Sin clasificar'
    else e.category
  end as category,
  -- Days without an error have no row: the period itself says whether all of it is known.
  case when p.coverage = 1 then sum(e.errors) end as errors,
  case when p.coverage = 1 then sum(e.resolved) end as resolved
from kpi.errors_by_category as e
join kpi.executions_in_period({{desde}}::date, {{hasta}}::date) as p on p.tenant_id = e.tenant_id
where e.day between {{desde}}::date and {{hasta}}::date
group by e.category, p.coverage
order by errors desc nulls last, category
