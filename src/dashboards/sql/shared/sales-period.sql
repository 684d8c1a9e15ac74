select gross_sales, refunds, sales_after_refunds, net_sales_untaxed, orders, average_order, unpaid_sales, unpaid_orders, coverage
from kpi.sales_between({{desde}}::date, {{hasta}}::date)
