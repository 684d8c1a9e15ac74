select t.company_name, t.rut, u.registered, u.active_30_days, u.banned
from kpi.registered_users as u
join public.tenants as t on t.id = u.tenant_id
where t.status = 'active'
order by u.registered desc nulls last, t.company_name
