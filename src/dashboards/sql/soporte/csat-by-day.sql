select day, score, answers
from kpi.csat_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
