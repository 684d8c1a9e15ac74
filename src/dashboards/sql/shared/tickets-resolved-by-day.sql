select day, resolved, exact, observed, estimated
from kpi.tickets_resolved_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
