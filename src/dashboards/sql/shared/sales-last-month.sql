select gross_sales, refunds, sales_after_refunds, net_sales_untaxed, orders, average_order, first_day, last_day, coverage
from kpi.sales_last_month
