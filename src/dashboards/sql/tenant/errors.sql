select
  e.workflow_name,
  -- Days without an error have no row: the period itself says whether all of it is known.
  case when p.coverage = 1 then sum(e.errors) end as errors,
  case when p.coverage = 1 then sum(e.resolved) end as resolved
from kpi.errors_by_category as e
join kpi.executions_in_period({{desde}}::date, {{hasta}}::date) as p on p.tenant_id = e.tenant_id
where e.day between {{desde}}::date and {{hasta}}::date
group by e.workflow_id, e.workflow_name, p.coverage
order by errors desc nulls last, e.workflow_name
limit 10
