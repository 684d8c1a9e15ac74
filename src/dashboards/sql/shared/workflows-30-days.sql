select workflow_name, executions, avg_duration_ms, errors, crashed, success_rate
from kpi.executions_by_workflow
order by executions desc, workflow_name
limit 10
