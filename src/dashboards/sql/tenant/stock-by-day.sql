select day, available, on_hand
from kpi.stock_by_day({{desde}}::date, {{hasta}}::date)
order by day
