select
  average_seconds, median_seconds, p90_seconds, business_average_seconds, first_response_average_seconds, first_response_median_seconds,
  replies, running, coverage
from kpi.response_time({{desde}}::date, {{hasta}}::date)
