select day, success, errors, canceled
from kpi.executions_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
