-- Local days whose roll-up says otherwise than the workflows $2 whether their successful runs are kept.
select distinct d.day::text as day
from public.workflows w
join kpi.executions_daily d on d.tenant_id = $1 and d.workflow_id = w.id and d.keeps_successes <> w.saves_successes
where w.tenant_id = $1 and w.id = any($2::uuid[])
