select day, resolved, exact, observed, estimated
from kpi.tickets_resolved_by_day({{desde}}::date, {{hasta}}::date)
order by day
