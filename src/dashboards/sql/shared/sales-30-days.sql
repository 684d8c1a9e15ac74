select gross_sales, refunds, sales_after_refunds, orders, average_order, orders_without_rate, coverage
from kpi.sales_30_days
