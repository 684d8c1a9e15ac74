select executions, errors, success_rate, coverage
from kpi.executions_in_period({{desde}}::date, {{hasta}}::date)
