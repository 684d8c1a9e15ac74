select gross_sales, orders, as_of, day_share
from kpi.sales_today
