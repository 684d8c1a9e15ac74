select
  e.day,
  sum(e.executions) as executions,
  sum(e.errors) as errors,
  count(*) filter (where e.coverage < 1) as tenants_without_data
from kpi.executions_by_day(current_date - 30, current_date - 1) as e
join public.tenants as t on t.id = e.tenant_id
where t.status = 'active'
group by e.day
order by e.day
