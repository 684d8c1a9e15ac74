select day, average_seconds, median_seconds, p90_seconds, first_response_average_seconds
from kpi.response_time_by_day({{desde}}::date, {{hasta}}::date)
order by day
