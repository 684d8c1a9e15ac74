select success_rate, success, errors, errors_without_rate, coverage
from kpi.executions_in_period({{desde}}::date, {{hasta}}::date)
