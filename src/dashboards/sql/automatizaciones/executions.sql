select executions, success, errors, errors_resolved, crashed, canceled, running, coverage
from kpi.executions_in_period({{desde}}::date, {{hasta}}::date)
