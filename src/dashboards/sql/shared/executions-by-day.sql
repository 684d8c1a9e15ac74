select day, success, errors, canceled
from kpi.executions_by_day({{desde}}::date, {{hasta}}::date)
order by day
