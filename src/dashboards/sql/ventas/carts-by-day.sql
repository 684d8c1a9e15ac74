select day, recovered, bought_otherwise, lost, abandonment_rate
from kpi.carts_by_day({{desde}}::date, {{hasta}}::date)
order by day
