select workflow_name, executions, success, errors, errors_resolved, success_rate, avg_duration_ms
from kpi.workflows_in_period({{desde}}::date, {{hasta}}::date)
order by executions desc nulls last, workflow_name
limit 50
