select company_name, rut, currency, total_sales, total_orders, orders_without_rate, coverage
from kpi.revenue_by_tenant
order by currency, total_sales desc nulls last, company_name
