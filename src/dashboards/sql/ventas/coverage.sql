select
  case subject when 'sales' then 'Ventas' when 'carts' then 'Carritos' when 'customers' then 'Clientes' end as subject,
  case when isfinite(first_day) then first_day end as first_day,
  last_day
from kpi.coverage
where subject in ('sales', 'carts', 'customers')
order by 1
