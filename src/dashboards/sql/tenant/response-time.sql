select average_seconds, median_seconds, p90_seconds, first_response_average_seconds, replies, running, coverage
from kpi.response_time({{desde}}::date, {{hasta}}::date)
