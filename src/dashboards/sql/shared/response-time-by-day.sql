select day, average_seconds, median_seconds, p90_seconds, first_response_average_seconds
from kpi.response_time_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
