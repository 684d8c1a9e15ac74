select
  case period
    when 'yesterday' then 'Ayer'
    when 'last_7_days' then 'Últimos 7 días'
    when 'last_30_days' then 'Últimos 30 días'
    when 'month_to_yesterday' then 'Este mes hasta ayer'
    when 'last_month' then 'Último mes'
    when 'month_before_last' then 'Mes anterior al último'
    when 'last_12_months' then 'Últimos 12 meses'
  end as period,
  first_day,
  last_day,
  gross_sales,
  refunds,
  sales_after_refunds,
  net_sales_untaxed,
  orders,
  average_order
from kpi.sales_periods
order by last_day desc, first_day desc
