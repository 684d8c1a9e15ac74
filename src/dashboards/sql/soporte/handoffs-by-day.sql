select day, to_human, to_bot
from kpi.handoffs_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
