select day, average_seconds, median_seconds
from kpi.response_time_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
