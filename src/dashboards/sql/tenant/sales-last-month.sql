select gross_sales, orders, first_day, last_day, coverage
from kpi.sales_last_month
