select
  case reason when 'share' then 'Demasiadas ventas' when 'rut' then 'Solo un RUT genérico' else reason end as reason,
  sales,
  share,
  case when used then 'Sí' else 'No' end as used
from kpi.generic_identities
order by sales desc
limit 20
