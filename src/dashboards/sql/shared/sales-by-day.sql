select day, gross_sales, refunds, net_sales_untaxed, orders, average_order
from kpi.sales_by_day({{desde}}::date, {{hasta}}::date)
order by day
