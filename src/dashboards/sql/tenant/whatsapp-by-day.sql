select day, opened, incoming, outgoing
from kpi.whatsapp_by_day({{desde}}::date, {{hasta}}::date)
order by day
