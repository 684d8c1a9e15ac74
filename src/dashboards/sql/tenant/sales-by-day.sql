select day, gross_sales, refunds, orders
from kpi.sales_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
