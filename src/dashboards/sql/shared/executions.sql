select executions, success, errors, errors_resolved, crashed, canceled, running, success_rate, coverage
from kpi.executions_in_period({{desde}}::date, {{hasta}}::date)
