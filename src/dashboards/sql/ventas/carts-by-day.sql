select day, recovered, bought_otherwise, lost, abandonment_rate
from kpi.abandoned_carts_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
