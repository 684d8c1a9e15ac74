select t.company_name, t.rut, e.executions, e.errors, e.success_rate, a.active
from public.tenants as t
left join (
  -- Each company's last 30 days are those of its own zone; zones are few.
  select z.time_zone, p.*
  from (select distinct x.time_zone from public.tenants as x) as z
  cross join lateral kpi.executions_in_period(
    (now() at time zone z.time_zone)::date - 30, (now() at time zone z.time_zone)::date - 1) as p
) as e on e.tenant_id = t.id and e.time_zone = t.time_zone
left join kpi.automations_active as a on a.tenant_id = t.id
where t.status = 'active'
order by e.executions desc nulls last, t.company_name
