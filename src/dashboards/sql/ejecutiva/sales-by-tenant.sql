select
  company_name,
  rut,
  month,
  amount_platform,
  platform_currency,
  amount_total,
  currency,
  orders,
  case missing_because
    when 'no_source' then 'Sin origen de ventas'
    when 'not_covered' then 'Mes sin datos completos'
    when 'no_rate' then 'Sin tipo de cambio'
    when 'implausible_rate' then 'Tipo de cambio inverosímil'
  end as missing_because
from kpi.executive_sales
order by amount_platform desc nulls last, company_name
