select
  case subject
    when 'sales' then 'Ventas'
    when 'documents' then 'Documentos'
    when 'carts' then 'Carritos'
    when 'customers' then 'Clientes'
    when 'inventory' then 'Inventario'
    when 'support' then 'Soporte'
    when 'csat' then 'Encuestas'
    when 'automation' then 'Automatizaciones'
  end as subject,
  case when isfinite(first_day) then first_day end as first_day,
  last_day
from kpi.coverage
order by 1
