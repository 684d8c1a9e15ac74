select t.company_name, t.rut, n.open, n.pending, n.with_bot, n.as_of
from kpi.tickets_now as n
join public.tenants as t on t.id = n.tenant_id
where t.status = 'active'
order by n.open desc nulls last, t.company_name
