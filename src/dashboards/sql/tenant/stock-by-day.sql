select day, available, on_hand
from kpi.stock_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
