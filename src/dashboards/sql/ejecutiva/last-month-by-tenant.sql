select t.company_name, t.rut, s.first_day, s.currency, s.gross_sales, s.refunds, s.net_sales_untaxed, s.orders, s.coverage
from kpi.sales_last_month as s
join public.tenants as t on t.id = s.tenant_id
where t.status = 'active'
order by s.currency, s.gross_sales desc nulls last, t.company_name
