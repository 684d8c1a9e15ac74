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
  case when not isfinite(first_day) then 'Desde el inicio' else to_char(first_day, 'DD-MM-YYYY') end as first_day,
  last_day
from kpi.coverage
order by 1
